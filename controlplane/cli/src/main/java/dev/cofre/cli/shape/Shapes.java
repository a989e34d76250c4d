package dev.cofre.cli.shape;

import dev.cofre.documents.shape.Shape;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Items;
import dev.cofre.documents.shape.Shape.Named;
import dev.cofre.documents.shape.Shape.OneOf;
import dev.cofre.documents.shape.Shape.Text;
import dev.cofre.documents.shape.Shape.Time;
import dev.cofre.documents.shape.Shape.Whole;
import java.util.List;
import java.util.regex.Pattern;

/** The shapes that several documents have, with the names and limits of the API. */
final class Shapes {
  static final Text NAME =
      text(
          "[a-z0-9][a-z0-9._-]{0,127}",
          128,
          "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit");
  static final Text PRINCIPAL_ID =
      text(
          "[a-z0-9][a-z0-9._@-]{0,127}",
          128,
          "1 to 128 of a-z, 0-9 and '._@-', beginning with a letter or digit");
  static final Text MEMBER =
      text("(group:)?[A-Za-z0-9][A-Za-z0-9._@-]{0,127}", 134, "a principal's id, or group:NAME");
  static final Text KEY_NAME = text("[a-z0-9][a-z0-9._-]{0,127}", 128, "a key's alias or id");
  static final Text KEY_SELECTION =
      text(
          "\\*|[a-z0-9][a-z0-9._-]{0,127}\\*?",
          129,
          "a key's alias or id, or the beginning of an alias with a * at its end");
  static final Text NAME_SELECTION =
      text(
          "\\*|[a-z0-9][a-z0-9._@-]{0,127}\\*?",
          129,
          "a name, or the beginning of names with a * at its end");
  static final Text TAG_NAME =
      text("[a-z0-9][a-z0-9._-]{0,63}", 64, "1 to 64 of a-z, 0-9, '.', '_' and '-'");
  static final Text TAG_VALUE =
      text("[A-Za-z0-9._:/@-]{1,128}", 128, "1 to 128 of letters, digits and ._:/@-");

  static final OneOf DATA_CLASS = oneOf("public", "internal", "confidential", "restricted");
  static final OneOf ENVIRONMENT = oneOf("dev", "staging", "prod");
  static final OneOf PROTECTION = oneOf("HSM", "SOFTWARE");
  static final OneOf ROLE =
      oneOf(
          "platform-admin", "security-admin", "crypto-officer", "app-owner", "workload", "auditor");
  static final OneOf KEY_USE =
      oneOf("encrypt", "decrypt", "data-key:generate", "data-key:unwrap", "reencrypt");
  static final Time TIME = new Time();
  static final Named TAGS = new Named(TAG_NAME, TAG_VALUE, 16);

  private Shapes() {}

  static Text text(String pattern, int charactersMax, String rule) {
    return new Text(Pattern.compile(pattern), charactersMax, rule);
  }

  /** Text of one line that is not blank. */
  static Text printable(int charactersMax) {
    return text(
        "(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+",
        charactersMax,
        "text of 1 to " + charactersMax + " characters without control characters");
  }

  /** Any text. */
  static Text anyText(int charactersMax) {
    return text("[\\s\\S]*", charactersMax, "text of at most " + charactersMax + " characters");
  }

  static OneOf oneOf(String... values) {
    return new OneOf(List.of(values));
  }

  static Whole days(int max) {
    return new Whole(1, max);
  }

  static Items items(Shape item, int min, int max) {
    return new Items(item, min, max);
  }

  static Field required(String name, Shape shape, String description) {
    return new Field(name, shape, true, description);
  }

  static Field optional(String name, Shape shape, String description) {
    return new Field(name, shape, false, description);
  }
}
