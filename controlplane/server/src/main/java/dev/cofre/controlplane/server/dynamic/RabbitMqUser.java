package dev.cofre.controlplane.server.dynamic;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * A user as a RabbitMQ tells of it. Immutable.
 *
 * @param tags those of the broker give rights in its management, all others give none
 * @param hasPassword whether it can log in with one
 */
record RabbitMqUser(String name, List<String> tags, boolean hasPassword) {
  /** Whose user may do everything. */
  static final String ADMINISTRATOR = "administrator";

  /** What all tags begin with that mark users that the vault made. */
  private static final String MADE = "cofre-rotation-of-secret-";

  /** Who has one of these does more than use queues. */
  private static final List<String> OF_RIGHTS =
      List.of(ADMINISTRATOR, "monitoring", "policymaker", "management", "impersonator");

  private static final String PLAIN_TAG = "[A-Za-z0-9_.:@-]{1,255}";

  /**
   * Reads what the broker answered.
   *
   * @throws TargetException when it is no user
   */
  static RabbitMqUser of(String name, JsonObject answer) throws TargetException {
    try {
      List<String> tags = new ArrayList<>();
      // A list since 3.9; before, and of other brokers, a text with commas.
      if (answer.getValue("tags") instanceof JsonArray list) {
        for (int i = 0; i < list.size(); i++) {
          tags.add(list.getString(i));
        }
      } else {
        Arrays.stream(answer.getString("tags", "").split(",", -1))
            .map(String::strip)
            .filter(tag -> !tag.isEmpty())
            .forEach(tags::add);
      }
      return new RabbitMqUser(
          name, List.copyOf(tags), !answer.getString("password_hash", "").isEmpty());
    } catch (ClassCastException | NullPointerException e) {
      throw RabbitMqApi.notOne();
    }
  }

  /** Whether it may do everything. */
  boolean isAdministrator() {
    return tags.contains(ADMINISTRATOR);
  }

  /** Whether all tags stay what they are when they are said again. */
  boolean hasPlainTags() {
    return tags.stream().allMatch(tag -> tag.matches(PLAIN_TAG));
  }

  /** Whether its tags let it administer, see or publish as others do. */
  boolean hasRightsByTags() {
    return tags.stream().anyMatch(OF_RIGHTS::contains);
  }

  /** The tag of a user that was made for {@code secret}. */
  static String madeFor(UUID secret) {
    return MADE + secret;
  }

  /** The tag of a user whose password the vault's {@code root} may change. */
  static String givenTo(String root) {
    return "cofre-given-to-" + root;
  }

  /** Whether it was made for some secret. */
  boolean wasMade() {
    return tags.stream().anyMatch(tag -> tag.startsWith(MADE));
  }
}
