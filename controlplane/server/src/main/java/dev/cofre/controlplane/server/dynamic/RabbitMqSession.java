package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import dev.cofre.controlplane.server.dynamic.RabbitMqApi.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the root user does at a RabbitMQ. Not thread-safe.
 *
 * <p>Each request shows the root user's password. So when somebody else changes it, what comes
 * after is refused: that is the fence of its own change. For the users of others see {@link
 * RabbitMqStaticUsers}.
 *
 * <p>What is changed is on the broker's disk before it answers.
 */
final class RabbitMqSession implements DynamicEngine.Session {
  private static final String REMOVAL = "the removal of credentials";

  /** Whom a broker has from its beginning, with a password that everybody knows. */
  private static final String EVERYBODY = "guest";

  private final RabbitMqApi first;
  private final Target target;
  private final RandomSource random;
  private final RabbitMqConnections connections = new RabbitMqConnections();
  private RabbitMqUsers users;

  RabbitMqSession(RabbitMqApi api, Target target, RandomSource random) {
    this.first = api;
    this.target = target;
    this.random = random;
    this.users = new RabbitMqUsers(api, random);
  }

  @Override
  public boolean endsCredentials() {
    return false;
  }

  @Override
  public void requireRights() throws TargetException {
    if (!root().hasPlainTags()) {
      throw unusable("its root user has tags that cannot be kept: give it administrator alone");
    }
    if (!RabbitMqConnections.areTold(users.api(), target.user())) {
      throw unusable("its version is below 3.10.8, which tells no user's connections");
    }
    if (RabbitMqEngine.isTaken(
        RabbitMqEngine.whoAmI(first.as(EVERYBODY, EVERYBODY.toCharArray())))) {
      throw unusable(
          "its user guest has the password that everybody knows: run rabbitmqctl delete_user"
              + " guest");
    }
  }

  /** The root user, which has to be one of the broker's own: of others it tells nothing. */
  private RabbitMqUser root() throws TargetException {
    return users
        .find(target.user())
        .orElseThrow(
            () -> unusable("its root user is none of its own, but comes from somewhere else"));
  }

  /**
   * It is kept by the password that was right before: who was changed meanwhile changes nothing.
   */
  @Override
  public void changePassword(char[] next, Fence fence) throws TargetException {
    RabbitMqUser root = root();
    if (!root.hasPlainTags()) {
      throw unusable("its root user has tags that cannot be kept: give it administrator alone");
    }
    fence.requireHeld();
    users.put("the change of the root user's password", root.name(), next, root.tags());
    users = new RabbitMqUsers(first.as(target.user(), next), random);
  }

  @Override
  public void requireRotatable(StaticUser user) throws TargetException {
    statics().require(user);
  }

  @Override
  public void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException {
    statics().setPassword(user, password, fence);
  }

  private RabbitMqStaticUsers statics() {
    return new RabbitMqStaticUsers(users, target.user(), random);
  }

  /**
   * The user first, then its permissions: a request that the network holds back, and that arrives
   * when the user is removed already, makes one without permissions whose password nobody was told.
   */
  @Override
  public void create(NewUser user, char[] password) throws TargetException {
    String name = user.userName();
    UserNames.require(name);
    Map<String, JsonObject> permissions = RabbitMqPermissions.of(user.grants());
    users.put("the making of a credential", name, password, List.of());
    try {
      users.permit(name, permissions);
    } catch (TargetException e) {
      if (e.kind() == TargetException.Kind.REFUSED) {
        users.delete("the taking back of a credential", name);
      }
      throw e;
    }
  }

  @Override
  public void renew(String userName, Instant expiresAt) throws TargetException {
    UserNames.require(userName);
    if (users.find(userName).isEmpty()) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the user "
              + userName
              + " is not there any more: was the target restored, or did it lose what it held?");
    }
  }

  @Override
  public void revoke(String userName, OwnedObjects owned) throws TargetException {
    UserNames.require(userName);
    users.delete(REMOVAL, userName);
    // The broker ends them, too, but later, and tells nobody whether it has.
    if (connections.end(users.api(), List.of(userName)).isEmpty()) {
      throw new TargetException(
          TargetException.Kind.BUSY,
          "the user " + userName + " is removed, but connections of it have not ended yet");
    }
  }

  /**
   * By one request, which goes through them one after the other and stops at one that is not there:
   * then each is to be removed by itself.
   */
  @Override
  public Set<String> revokeTogether(List<String> names) throws TargetException {
    for (String name : names) {
      UserNames.require(name);
    }
    Answer answer =
        users
            .api()
            .post(
                REMOVAL,
                new JsonObject().put("users", new JsonArray(names)),
                "users",
                "bulk-delete");
    if (!answer.isDone()) {
      throw RabbitMqUsers.refusal(REMOVAL, answer);
    }
    return connections.end(users.api(), names);
  }

  /** That a password is wrong. */
  static TargetException notTaken() {
    return new TargetException(
        TargetException.Kind.LOGIN, "the target does not take the root user's password");
  }

  /** That a right password opens nothing. */
  static TargetException noAdministrator(String user) {
    return unusable(
        "its root user is no administrator: run rabbitmqctl set_user_tags "
            + user
            + ' '
            + RabbitMqUser.ADMINISTRATOR);
  }

  private static TargetException unusable(String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the target cannot be used: " + why);
  }

  @Override
  public void close() {
    first.close();
  }
}
