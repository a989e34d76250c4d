package dev.cofre.report;

/** Text that HTML and SVG take as text. */
final class Html {
  private Html() {}

  static String escape(String raw) {
    return raw.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** At most {@code max} characters of it. */
  static String cut(String raw, int max) {
    return raw.length() <= max ? raw : raw.substring(0, max - 1) + "…";
  }
}
