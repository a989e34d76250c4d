package dev.cofre.controlplane.domain;

import java.util.Map;
import java.util.regex.Pattern;

/** The rules for what a key is marked with, so that policies can select it. Stateless. */
final class KeyTags {
  static final int TAGS_MAX = 16;
  static final int NAME_MAX = 64;
  static final int VALUE_MAX = 128;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._:/@-]{1,128}");

  private KeyTags() {}

  /** The tags in {@code field}; none when it is absent. */
  static Map<String, String> read(DocumentFields fields, String field) {
    Map<String, String> tags = fields.textMap(field, TAGS_MAX, NAME_MAX, VALUE_MAX);
    boolean right =
        tags.entrySet().stream()
            .allMatch(
                tag ->
                    NAME.matcher(tag.getKey()).matches()
                        && VALUE.matcher(tag.getValue()).matches());
    if (!right) {
      fields.wrong(
          field,
          "must have names of a-z, 0-9, '.', '_' and '-', and values of letters, digits and ._:/@-");
    }
    return tags;
  }
}
