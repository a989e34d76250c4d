package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.server.dynamic.RabbitMqApi.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The users of a RabbitMQ, as whoever {@code api} logs in as sees and changes them. Not
 * thread-safe.
 */
record RabbitMqUsers(RabbitMqApi api, RandomSource random) {
  private static final String USERS = "users";

  /** The user {@code name}; empty when there is none. */
  Optional<RabbitMqUser> find(String name) throws TargetException {
    String what = "the look at a user";
    Answer answer = api.get(what, USERS, name);
    if (answer.isAbsent()) {
      return Optional.empty();
    }
    if (!answer.isDone()) {
      throw refusal(what, answer);
    }
    return Optional.of(RabbitMqUser.of(name, answer.object()));
  }

  /**
   * Has {@code name} be there with {@code password} and {@code tags}, and nothing else changed.
   *
   * @param password its salted digest is sent; null: it can log in with none
   */
  void put(String what, String name, char[] password, List<String> tags) throws TargetException {
    JsonObject user =
        new JsonObject()
            .put("password_hash", password == null ? "" : RabbitMqPassword.hash(password, random))
            .put("hashing_algorithm", RabbitMqPassword.ALGORITHM)
            .put("tags", new JsonArray(tags));
    requireDone(what, api.put(what, user, USERS, name));
  }

  /** Gives {@code name} the {@code permissions}, by virtual host. */
  void permit(String name, Map<String, JsonObject> permissions) throws TargetException {
    String what = "the giving of permissions";
    for (Map.Entry<String, JsonObject> one : permissions.entrySet()) {
      Answer answer = api.put(what, one.getValue(), "permissions", one.getKey(), name);
      if (answer.status() == 400 || answer.isAbsent()) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target refused permissions with status "
                + answer.status()
                + ": is the virtual host of the role there?");
      }
      requireDone(what, answer);
    }
  }

  /** Removes {@code name}, with its permissions; one that is not there counts as removed. */
  void delete(String what, String name) throws TargetException {
    Answer answer = api.delete(what, USERS, name);
    if (!answer.isAbsent()) {
      requireDone(what, answer);
    }
  }

  private static void requireDone(String what, Answer answer) throws TargetException {
    if (!answer.isDone()) {
      throw refusal(what, answer);
    }
  }

  /** What {@code answer}, which is none that it was done, means within a login that held. */
  static TargetException refusal(String what, Answer answer) {
    if (answer.isUnauthorized()) {
      return new TargetException(
          TargetException.Kind.AWAY,
          "the target does not let the vault do "
              + what
              + ": others are at work there, or it is no"
              + " administrator any more");
    }
    return new TargetException(
        TargetException.Kind.REFUSED,
        "the target refused " + what + " with status " + answer.status());
  }
}
