package dev.cofre.loadtest.slo;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Validity;
import java.util.Locale;

/** A verdict as CI systems read it: a test case for each check. */
public final class JunitXml {
  private JunitXml() {}

  /** The whole file. */
  public static String of(String suite, LoadResult result, Verdict verdict) {
    boolean valid = result.validity() == Validity.VALID;
    long failures = verdict.checks().stream().filter(check -> !check.holds()).count();
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append(
        String.format(
            Locale.ROOT,
            "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"0\" time=\"%.3f\" timestamp=\"%s\">%n",
            escape(suite),
            verdict.checks().size() + 1,
            failures,
            valid ? 0 : 1,
            result.seconds(),
            result.startedAt().toString().replaceAll("\\.\\d+Z$|Z$", "")));
    testCase(xml, "the run is valid", valid ? null : "error", result.reason());
    for (Check check : verdict.checks()) {
      testCase(
          xml,
          check.name() + " " + check.asked().strip(),
          check.holds() ? null : "failure",
          check.measured());
    }
    return xml.append("</testsuite>\n").toString();
  }

  private static void testCase(StringBuilder xml, String name, String wrong, String message) {
    xml.append("  <testcase classname=\"load\" name=\"")
        .append(escape(name))
        .append("\" time=\"0\"");
    if (wrong == null) {
      xml.append("/>\n");
    } else {
      xml.append(">\n    <").append(wrong).append(" message=\"");
      xml.append(escape(message)).append("\"/>\n  </testcase>\n");
    }
  }

  /** Attributes cannot hold all that texts can: what XML has no place for becomes a space. */
  private static String escape(String text) {
    return text.replaceAll("[\\x00-\\x1f\\x7f]", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
