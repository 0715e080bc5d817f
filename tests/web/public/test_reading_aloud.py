"""Reading a page aloud: piece by piece in the language of each, until somebody stops it; no button where there is no voice."""

from playwright.sync_api import Browser

from tests.web.browser import watched
from tests.web.conftest import House

VOICES = """() => {
  window.said = [];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    speak: (speech) => window.said.push([speech.lang, speech.text, speech]), cancel: () => { window.cancelled = true; } } });
}"""
SILENT = "Object.defineProperty(window, 'speechSynthesis', { value: undefined });"


def test_the_main_part_is_read_and_can_be_stopped(house: House, browser: Browser, address: str) -> None:
    with watched(browser, address, width=390) as window:
        window.page.add_init_script(f"({VOICES})()")
        window.open(f"/public/{house.slug}/a11y")
        button = window.page.locator("#read-aloud")
        button.click()
        said = window.page.evaluate("said.map(([lang, text]) => [lang, text])")
        pressed = button.get_attribute("aria-pressed"), button.inner_text()
        button.click()

        assert said[0] == ["zh-CN", "无障碍说明"]
        assert len(said) == len({text for _, text in said}), "no piece twice"
        assert not any(text == "大字版" or text == "English" for _, text in said), "nothing of the frame"
        assert pressed == ("true", "停止朗读")
        assert (window.page.evaluate("cancelled"), button.inner_text()) == (True, "朗读")
        button.click()
        window.page.evaluate("said.at(-1)[2].onend()")
        assert button.inner_text() == "朗读"
        assert window.complaints == []


def test_where_there_is_no_voice_there_is_no_button(house: House, browser: Browser, address: str) -> None:
    with watched(browser, address, width=390) as window:
        window.page.add_init_script(SILENT)
        window.open(f"/public/{house.slug}")
        assert not window.page.locator("#read-aloud").is_visible()
        assert window.complaints == []
