"""The envelope and the XML: WeChat's published vectors, and everything that is no message refused."""

import base64

import pytest

from core.areas.gcj02 import to_wgs84
from core.areas.shapes import Point
from core.intake.wechat.envelope import EnvelopeBroken, opened, sealed, signature
from core.intake.wechat.reading import Unreadable, read_fields, read_message
from core.journey.conversation.understanding import understand
from tests.wechat.client import decrypt, encrypt
from tests.wechat.double import APP_ID

KEY = base64.b64decode("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG=")
PUBLISHED_APP, PUBLISHED_SALT = "wxb11529c136998cb6", b"aaaabbbbccccdddd"
PUBLISHED = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
"""What WeChat's sample code makes of the words below, with this key, salt and AppID."""
WORDS = "我是中文abcd123"
MESSAGE = (
    "<xml><ToUserName>gh_7f083739789a</ToUserName><FromUserName>oia2TjjewbmiOUlr6X-1crbLOvLw</FromUserName>"
    "<CreateTime>1407743423</CreateTime><MsgType>text</MsgType><Content>坑洼</Content><MsgId>6054768590064713728</MsgId></xml>"
)


def test_the_published_vector_of_the_encryption() -> None:
    assert sealed(WORDS.encode(), key=KEY, app_id=PUBLISHED_APP, salt=PUBLISHED_SALT) == PUBLISHED
    assert opened(PUBLISHED, key=KEY, app_id=PUBLISHED_APP).decode() == WORDS
    assert signature("pamtest", "1409304348", "xxxxxx", PUBLISHED) == signature(
        "pamtest", PUBLISHED, "xxxxxx", "1409304348"
    )


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 1000])
def test_what_one_side_seals_the_other_opens(length: int) -> None:
    content = ("坑" * length).encode()

    assert decrypt(sealed(content, key=KEY, app_id=APP_ID)) == content
    assert opened(encrypt(content), key=KEY, app_id=APP_ID) == content


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "not base64!",
        base64.b64encode(b"x" * 17).decode(),
        base64.b64encode(b"x" * 64).decode(),
        encrypt(b"for somebody else", app_id="wxffffffffffffffff"),
        PUBLISHED[:-8] + "AAAAAA==",
    ],
)
def test_what_is_not_sealed_for_this_account_is_not_opened(encrypted: str) -> None:
    with pytest.raises(EnvelopeBroken):
        opened(encrypted, key=KEY, app_id=APP_ID)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "坑洼",
        "{}",
        "<xml>",
        f"{BOMB}<xml><Content>&b;</Content></xml>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        "<?evil do?><xml/>",
        "<xml>" + "<a>" * 100 + "</a>" * 100 + "</xml>",
        "<xml>" + "<a/>" * 500 + "</xml>",
        f"<xml><Content>{'x' * 30_000}</Content></xml>",
        '<?xml version="1.0" encoding="utf-7"?><xml/>',
        "<xml><Content>&nothing;</Content></xml>",
        "<xml><Content>\x01</Content></xml>",
    ],
)
def test_what_is_no_flat_xml_without_declarations_is_refused(xml: str) -> None:
    with pytest.raises(Unreadable):
        read_fields(xml.encode())


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("1407743423", "yesterday"),
        ("1407743423", "9" * 12),
        ("oia2TjjewbmiOUlr6X-1crbLOvLw", ""),
        ("oia2TjjewbmiOUlr6X-1crbLOvLw", "o" * 65),
        ("6054768590064713728", "six"),
        ("<MsgId>6054768590064713728</MsgId>", ""),
    ],
)
def test_a_message_without_what_every_message_has_is_refused(found: str, instead: str) -> None:
    assert read_message(MESSAGE.encode()).text == "坑洼"

    with pytest.raises(Unreadable):
        read_message(MESSAGE.replace(found, instead).encode())


def test_a_point_of_wechat_s_map_is_brought_to_the_ground() -> None:
    """The offset at the gate of Tian'anmen as map makers publish it, and none outside of the mainland."""
    found = to_wgs84(Point(116.403963, 39.915119))

    assert found.x == pytest.approx(116.397721, abs=2e-5)
    assert found.y == pytest.approx(39.913716, abs=2e-5)
    assert to_wgs84(Point(2.35, 48.85)) == Point(2.35, 48.85)


@pytest.mark.parametrize(
    ("text", "meaning", "words"),
    [
        ("进度", "progress", ""),
        (" 查进度。", "progress", ""),
        ("新诉求：路灯不亮", "anew", "路灯不亮"),
        ("新诉求", "anew", ""),
        ("１", "answer", "1"),
        ("不满意！", "answer", "不满意"),
        ("你好", "greeting", "你好"),
        ("😀👍", "greeting", "😀👍"),
        ("路灯不亮😡", "appeal", "路灯不亮😡"),
        ("进度太慢了，三天没人来", "appeal", "进度太慢了，三天没人来"),
    ],
)
def test_what_a_few_words_mean(text: str, meaning: str, words: str) -> None:
    understood = understand(text)

    assert (understood.meaning, understood.words) == (meaning, words)
