package dev.cofre.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.report.Plot.Mark;
import dev.cofre.report.Plot.Point;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class PageTest {
  private static final String ODD = "<b>&\"x\"</b>";

  @Test
  void itIsOneFileThatReachesForNothingAndTakesTextAsText() {
    String page =
        new Page(ODD)
            .heading(1, ODD)
            .verdict(false, ODD)
            .paragraph(ODD)
            .list(List.of(ODD))
            .facts(Map.of(ODD, ODD))
            .table(List.of(ODD, ODD), List.of(List.of(ODD, "holds"), List.of(ODD, "missed")))
            .drawing(new Bars(1).add(ODD, 2, ODD, 0.5, true).html())
            .drawing(plot(ODD).overTime(10))
            .end();
    assertFalse(page.contains(ODD));
    assertFalse(page.matches("(?s).*(src=|href=|url\\(|@import|<script|https?:).*"));
    assertTrue(page.contains("<td class=\"n good\">holds") && page.contains("n missed\">missed"));
    assertTrue(page.contains("default-src 'none'"), "the browser holds it to that");
  }

  @Test
  void aBarIsCutAtTheEndAndItsFigureTells() {
    String bars = new Bars(4).add("a", 8, "8.00", 1, false).html();
    assertTrue(bars.contains("<i class=\"missed\" style=\"width:100.0%\">"), bars);
    assertTrue(bars.contains("<b style=\"left:25.0%\">"), bars);
    assertEquals("", new Bars(1).html());
  }

  @Test
  void aCourseGoesFromTheOldestToTheNewest() {
    String bars = new Bars(3).course("a", List.of(0.0, 3.0), "0 → 3", 1.5, true).html();
    assertTrue(bars.contains("d=\"M3.0 23.0h.1L197.0 3.0\""), bars);
    assertTrue(bars.contains("y1=\"13.0\""), "the gate is in the middle: " + bars);
  }

  @Test
  void drawingsAreWellFormedAndBreakWhereNothingIsKnown() throws Exception {
    List<Point> gap =
        List.of(new Point(0, 1), new Point(1, 2), new Point(2, Double.NaN), new Point(3, 4));
    String figure =
        new Plot("Latency", "ms")
            .tenfolds()
            .with(
                List.of(new Mark(2, ODD), new Mark(9, "a name that is much too long to be shown")))
            .add("p50", gap)
            .overTime(10);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(figure)));
    String drawn = figure.substring(figure.lastIndexOf("<path"));
    assertEquals(2, drawn.split("M", -1).length - 1, "two strokes: " + drawn);
    assertTrue(figure.contains("class=\"note before\""), "a late event is named to its left");
    assertTrue(figure.contains("a name that is much too lon…"), figure);
    assertEquals("", new Plot("none", "").add("x", List.of(new Point(0, Double.NaN))).overTime(1));
  }

  @Test
  void percentilesAndSizesHaveTheirOwnTicks() {
    String percentiles = plot("p").overPercentiles(4);
    for (String tick : List.of("0%", "90%", "99%", "99.9%", "99.99%")) {
      assertTrue(percentiles.contains(">" + tick + "<"), tick);
    }
    String sizes =
        new Plot("s", "ns")
            .add("x", List.of(new Point(64, 300), new Point(1 << 20, 50_000)))
            .overSizes();
    for (String tick : List.of("64 B", "1 KiB", "64 KiB", "1 MiB", "1,000")) {
      assertTrue(sizes.contains(">" + tick + "<"), tick + " in " + sizes);
    }
  }

  @Test
  void ticksAreRound() {
    assertEquals(List.of(0.0, 2.0, 4.0, 6.0, 8.0, 10.0), Axis.fromZero(10).ticks());
    assertEquals(List.of(0.0, 50.0, 100.0, 150.0, 200.0), Axis.fromZero(210).ticks());
    assertEquals(List.of(0.1, 1.0, 10.0), Axis.tenfolds(0.2, 7).ticks());
    assertEquals("1.5 M", Axis.label(1_500_000));
    assertEquals("2 M", Axis.label(2_000_000));
    assertEquals("0.1", Axis.label(0.1));
    assertEquals("2,500", Axis.label(2_500));
    assertEquals(0, Axis.fromZero(10).part(-1));
    assertEquals(1, Axis.fromZero(10).part(11));
  }

  private static Plot plot(String title) {
    return new Plot(title, title)
        .add(title, List.of(new Point(0, 1), new Point(1, 2), new Point(2, 3)));
  }
}
