package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What grants become in a RabbitMQ: for each virtual host three regular expressions that names are
 * held against. They are made here alone, of names that are data. Stateless.
 *
 * <p>In them stand letters, digits and {@code _} for themselves, and every other byte of a name as
 * {@code \xHH}, so nothing of a name means anything. They hold from the first to the last byte:
 * {@code $} would let a line end follow.
 */
final class RabbitMqPermissions {
  /** An expression that no name matches, also not the empty one. */
  static final String NOTHING = "(?!)";

  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

  private static final Set<Privilege> ALL =
      Set.of(Privilege.CONFIGURE, Privilege.WRITE, Privilege.READ);

  private RabbitMqPermissions() {}

  /**
   * The permissions of a user that has {@code grants}, by virtual host, as the broker takes them.
   *
   * @throws TargetException of kind {@code REFUSED} when one is not for a RabbitMQ
   */
  static Map<String, JsonObject> of(Iterable<TargetGrant> grants) throws TargetException {
    Map<String, Map<Privilege, Set<String>>> names = new TreeMap<>();
    for (TargetGrant grant : grants) {
      require(grant);
      Map<Privilege, Set<String>> there =
          names.computeIfAbsent(grant.schema(), vhost -> new EnumMap<>(Privilege.class));
      for (Privilege privilege : grant.privileges()) {
        Set<String> matched = there.computeIfAbsent(privilege, any -> new LinkedHashSet<>());
        grant.names().forEach(name -> matched.add(quoted(name, grant.on() == Kind.RESOURCES)));
      }
    }
    Map<String, JsonObject> permissions = new TreeMap<>();
    names.forEach((vhost, matched) -> permissions.put(vhost, permission(matched)));
    return permissions;
  }

  /** Looked at here, too, whoever has looked before: here names become part of expressions. */
  private static void require(TargetGrant grant) throws TargetException {
    boolean known = grant.on() == Kind.RESOURCES || grant.on() == Kind.PREFIXES;
    if (!known || !ALL.containsAll(grant.privileges())) {
      throw refused("a grant of the role is not one for RabbitMQ");
    }
    if (!TargetGrant.isVhost(grant.schema())
        || grant.names().isEmpty()
        || !grant.names().stream().allMatch(TargetGrant::isVhostedName)) {
      throw refused("a name of the role holds characters that names may not have");
    }
  }

  private static TargetException refused(String why) {
    return new TargetException(TargetException.Kind.REFUSED, why);
  }

  private static JsonObject permission(Map<Privilege, Set<String>> matched) {
    JsonObject permission = new JsonObject();
    for (Privilege privilege : ALL) {
      Set<String> names = matched.getOrDefault(privilege, Set.of());
      permission.put(
          privilege.name().toLowerCase(Locale.ROOT),
          names.isEmpty() ? NOTHING : "\\A(?:" + String.join("|", names) + ')');
    }
    return permission;
  }

  private static String quoted(String name, boolean whole) {
    StringBuilder quoted = new StringBuilder();
    for (byte one : name.getBytes(UTF_8)) {
      boolean plain = PLAIN.indexOf(one) >= 0;
      quoted.append(plain ? String.valueOf((char) one) : String.format("\\x%02x", one));
    }
    return whole ? quoted.append("\\z").toString() : quoted.toString();
  }
}
