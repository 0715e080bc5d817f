"""Charts: what they say, and that they are right without a stylesheet."""

from xml.etree import ElementTree

from core.documents.charts import BAD, Mark, Series, bars, dot_plot, lines


def test_a_bar_begins_at_zero_and_is_as_long_as_its_value() -> None:
    chart = ElementTree.fromstring(bars([Mark("城市管理", 200, "200"), Mark("教育", 50, "50")], title="前十"))
    widths = [float(rect.attrib["width"]) for rect in chart.iter("rect")]
    assert widths[0] == 4 * widths[1]


def test_a_district_below_the_line_is_a_red_square_and_the_others_blue_dots() -> None:
    marks = [Mark("甲区", 82.6, "82.6%", "#甲"), Mark("乙区", 85.0, "85.0%", "#乙")]
    chart = ElementTree.fromstring(dot_plot(marks, title="满意率", hold=85, low=75))
    assert [square.attrib["fill"] for square in chart.iter("rect")] == [BAD]
    assert len(list(chart.iter("circle"))) == 1


def test_every_mark_is_a_link_and_says_its_value() -> None:
    chart = ElementTree.fromstring(dot_plot([Mark("甲区", 82.6, "82.6%", "#甲")], title="满意率", hold=85, low=75))
    links = list(chart.iter("a"))
    assert [link.attrib["href"] for link in links] == ["#甲"]
    assert [title.text for title in chart.iter("title")] == ["甲区 82.6%"]


def test_two_lines_differ_in_dash_and_marker_not_in_colour_alone() -> None:
    chart = ElementTree.fromstring(
        lines([Series("受理", [1, 2, 3]), Series("办结", [1, 1, 2])], ["1", "2", "3"], title="近三周")
    )
    dashes = [line.attrib.get("stroke-dasharray") for line in chart.iter("polyline")]
    assert dashes == [None, "6 4"]
    assert (len(list(chart.iter("circle"))), len(list(chart.iter("polygon")))) == (3, 3)


def test_what_a_name_contains_does_not_become_markup() -> None:
    chart = bars([Mark("<script>", 1, "1", '"><x>')], title='"><y>')
    assert "<script>" not in chart
    assert "<x>" not in chart
    assert "<y>" not in chart


def test_nothing_to_show_is_still_a_chart() -> None:
    for chart in (bars([], title="无"), dot_plot([], title="无", hold=85, low=75), lines([], [], title="无")):
        assert ElementTree.fromstring(chart).tag == "svg"
