package dev.cofre.controlplane.domain;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is asked for when a policy is made; whether the principals and keys exist is not known yet.
 * Immutable.
 *
 * @param keys aliases or ids
 */
public record PolicyDraft(
    String name, Effect effect, List<String> principals, Set<KeyUse> actions, List<String> keys) {

  private static final int ITEMS_MAX = 1_000;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

  /**
   * Reads the document of a policy to be made.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static PolicyDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String name =
        fields.matching(
            "name",
            null,
            NAME,
            "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit");
    Effect effect = fields.oneOf("effect", null, Effect.wireNames(), Effect::of);
    List<String> principals = fields.texts("principals", ITEMS_MAX);
    Set<KeyUse> actions = EnumSet.noneOf(KeyUse.class);
    for (String action : fields.texts("actions", ITEMS_MAX)) {
      if (KeyUse.wireNames().contains(action)) {
        actions.add(KeyUse.of(action));
      } else {
        fields.wrong("actions", "may hold " + String.join(", ", KeyUse.wireNames()) + " only");
      }
    }
    List<String> keys = fields.texts("keys", ITEMS_MAX);
    fields.end();
    return new PolicyDraft(name, effect, principals, actions, keys);
  }
}
