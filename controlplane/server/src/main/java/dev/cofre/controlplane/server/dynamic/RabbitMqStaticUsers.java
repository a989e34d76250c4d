package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Users of a RabbitMQ that stay, whose passwords are changed. Not thread-safe.
 *
 * <p>The broker has no lock and takes no condition with a change. In their place each change is
 * made by a user of its own, a {@link RabbitMqTicket}, of which there is one at a time for each
 * user that is changed: who takes the next one has the one before refused.
 */
final class RabbitMqStaticUsers {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_.@-]{0,62}";
  private static final String MAKING = "the making of a user";

  private final RabbitMqUsers users;
  private final String root;
  private final RandomSource random;

  RabbitMqStaticUsers(RabbitMqUsers users, String root, RandomSource random) {
    this.users = users;
    this.root = root;
    this.random = random;
  }

  /** The user; empty when it is to be made. */
  Optional<RabbitMqUser> require(StaticUser user) throws TargetException {
    String name = user.name();
    if (!name.matches(NAME)) {
      throw new TargetException(
          TargetException.Kind.REFUSED, "the name of the user is not one that the vault takes");
    }
    if (name.equals(root) || UserNames.isOurs(name)) {
      throw refused(name, "is the vault's own");
    }
    Optional<RabbitMqUser> there = users.find(name);
    if (there.isEmpty() && !user.create()) {
      throw refused(name, "is not there");
    }
    if (there.isPresent()) {
      requireOwn(user, there.get());
    }
    return there;
  }

  private void requireOwn(StaticUser user, RabbitMqUser there) throws TargetException {
    String name = user.name();
    boolean own = there.tags().contains(RabbitMqUser.madeFor(user.of()));
    if (!own && (user.create() || there.wasMade())) {
      throw refused(name, "is there already and belongs to somebody else: name another one");
    }
    if (there.hasRightsByTags()) {
      throw refused(name, "administers the system, or sees all of it, by its tags");
    }
    if (!there.hasPlainTags()) {
      throw refused(name, "has tags that cannot be kept: of letters, digits and _.:@- alone");
    }
    if (own) {
      return;
    }
    if (!there.tags().contains(RabbitMqUser.givenTo(root))) {
      throw refused(
          name,
          "is not given to the root user: who administers it adds the tag "
              + RabbitMqUser.givenTo(root)
              + ", which gives it no right");
    }
    if (!there.hasPassword()) {
      throw refused(name, "has no password to log in with");
    }
  }

  /** One that is made can log in when it has all of its permissions, and not before. */
  void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException {
    require(user);
    Map<String, JsonObject> permissions = RabbitMqPermissions.of(user.grants());
    try (RabbitMqTicket ticket = RabbitMqTicket.take(users, user.name(), random)) {
      // As it is now: who was at it before changes nothing any more.
      Optional<RabbitMqUser> there = require(user);
      List<String> tags =
          there.map(RabbitMqUser::tags).orElse(List.of(RabbitMqUser.madeFor(user.of())));
      fence.requireHeld();
      if (there.isEmpty() || !there.get().hasPassword()) {
        make(ticket.users(), user.name(), tags, permissions);
        fence.requireHeld();
      }
      ticket.users().put("the change of a user's password", user.name(), password, tags);
    }
  }

  /** Anew, when a kill has left one without a password: nobody knows what it may do. */
  private static void make(
      RabbitMqUsers users, String name, List<String> tags, Map<String, JsonObject> permissions)
      throws TargetException {
    users.delete(MAKING, name);
    users.put(MAKING, name, null, tags);
    try {
      users.permit(name, permissions);
    } catch (TargetException e) {
      if (e.kind() == TargetException.Kind.REFUSED) {
        users.delete(MAKING, name);
      }
      throw e;
    }
  }

  private static TargetException refused(String name, String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the user " + name + " " + why);
  }
}
