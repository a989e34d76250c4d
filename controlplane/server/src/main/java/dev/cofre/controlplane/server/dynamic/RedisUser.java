package dev.cofre.controlplane.server.dynamic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A user as ACL GETUSER tells of it. Immutable.
 *
 * @param flags as "on", "nopass"
 * @param passwords the SHA-256 of each that it may log in with, in hexadecimal
 * @param commands the rules of what it may run, and those of each selector
 * @param marks channels that stand alone in a set of rules that allows no command
 */
record RedisUser(
    List<String> flags, List<String> passwords, List<String> commands, List<String> marks) {
  private static final String NONE = "-@all";
  private static final String COMMANDS = "commands";

  /**
   * Reads {@code reply}.
   *
   * @throws TargetException when it is not what Redis 7 answers
   */
  static RedisUser of(Object reply) throws TargetException {
    Map<String, Object> fields = fields(reply);
    List<String> marks = new ArrayList<>();
    List<String> commands = new ArrayList<>(List.of(String.valueOf(fields.get(COMMANDS))));
    for (Object selector : list(fields.get("selectors"))) {
      Map<String, Object> rules = fields(selector);
      commands.add(String.valueOf(rules.get(COMMANDS)));
      String channels = String.valueOf(rules.get("channels"));
      if (NONE.equals(rules.get(COMMANDS)) && channels.startsWith("&")) {
        marks.add(channels.substring(1));
      }
    }
    return new RedisUser(
        texts(fields.get("flags")),
        texts(fields.get("passwords")),
        List.copyOf(commands),
        List.copyOf(marks));
  }

  /** Names and values in turn, as a map; what follows a last name without a value is left out. */
  static Map<String, Object> fields(Object reply) throws TargetException {
    Map<String, Object> fields = new HashMap<>();
    List<?> list = list(reply);
    for (int i = 0; i + 1 < list.size(); i += 2) {
      fields.put(String.valueOf(list.get(i)), list.get(i + 1));
    }
    return fields;
  }

  private static List<String> texts(Object reply) throws TargetException {
    List<String> texts = new ArrayList<>();
    for (Object one : list(reply)) {
      texts.add(String.valueOf(one));
    }
    return List.copyOf(texts);
  }

  private static List<?> list(Object reply) throws TargetException {
    if (reply instanceof List<?> list) {
      return list;
    }
    throw new TargetException(
        TargetException.Kind.REFUSED, "the target does not answer as Redis 7.0 or later");
  }

  /** Whether anybody may be it who names it. */
  boolean asksForNoPassword() {
    return flags.contains("on") && flags.contains("nopass");
  }

  /** Whether it may run nothing, by no selector either. */
  boolean mayNothing() {
    return commands.stream().allMatch(NONE::equals);
  }
}
