package dev.cofre.contract.audit;

import java.util.List;

/** Writes one flat JSON object; absent values (null, -1, no elements) are left out. */
final class JsonLine {
  private final StringBuilder json = new StringBuilder(320).append('{');

  void text(String name, String value) {
    if (value != null) {
      name(name);
      quote(value);
    }
  }

  void number(String name, long value) {
    if (value >= 0) {
      name(name);
      json.append(value);
    }
  }

  /** True. */
  void flag(String name) {
    name(name);
    json.append(true);
  }

  void texts(String name, List<String> values) {
    if (!values.isEmpty()) {
      name(name);
      json.append('[');
      for (int i = 0; i < values.size(); i++) {
        if (i > 0) {
          json.append(',');
        }
        quote(values.get(i));
      }
      json.append(']');
    }
  }

  String end() {
    return json.append('}').toString();
  }

  private void name(String name) {
    if (json.length() > 1) {
      json.append(',');
    }
    json.append('"').append(name).append("\":");
  }

  /** Escapes controls, quotes, and the line separators that some readers split lines at. */
  private void quote(String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20
          || (c >= 0x7f && c < 0xa0)
          || c == '\u2028'
          || c == '\u2029'
          || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
