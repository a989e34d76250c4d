package dev.cofre.benchmarks.report;

/** Text that HTML and SVG take as text. */
final class Html {
  private Html() {}

  static String escape(Object value) {
    return String.valueOf(value)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
