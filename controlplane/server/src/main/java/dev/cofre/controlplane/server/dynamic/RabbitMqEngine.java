package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.server.dynamic.RabbitMqApi.Answer;
import java.util.Arrays;

/**
 * RabbitMQ, version 3.10.8 or later, by its management API: a credential is a user with a password
 * and with permissions in virtual hosts. It has no end of its own there, see {@link
 * Session#endsCredentials}.
 */
public final class RabbitMqEngine implements DynamicEngine {
  private static final int REMOVED_AT_ONCE = 50;

  /**
   * What the API says to who has shown a right password and may do nothing by it. Whoever has shown
   * a wrong one is told otherwise.
   */
  private static final String TAKEN = "Not management user";

  private final RandomSource random;

  /** Takes salts, and names and passwords that must not be taken, from {@code random}. */
  public RabbitMqEngine(RandomSource random) {
    this.random = random;
  }

  @Override
  public EngineKind kind() {
    return EngineKind.RABBITMQ;
  }

  /** One request for all of them, and one for the connections of each. */
  @Override
  public int removedAtOnce() {
    return REMOVED_AT_ONCE;
  }

  @Override
  public Session open(Target target, char[] password) throws TargetException {
    RabbitMqApi api = RabbitMqApi.of(target, password);
    boolean open = false;
    try {
      Answer answer = whoAmI(api);
      if (!isTaken(answer)) {
        throw RabbitMqSession.notTaken();
      }
      if (!answer.isDone() || !RabbitMqUser.of(target.user(), answer.object()).isAdministrator()) {
        throw RabbitMqSession.noAdministrator(target.user());
      }
      open = true;
      return new RabbitMqSession(api, target, random);
    } finally {
      if (!open) {
        api.close();
      }
    }
  }

  /** Another password must be refused first: a broker may ask somebody else, who takes any. */
  @Override
  public void rehearse(Target target, char[] password) throws TargetException {
    char[] wrong = UserNames.password(random);
    try (RabbitMqApi api = RabbitMqApi.of(target, wrong)) {
      if (isTaken(whoAmI(api))) {
        throw new TargetException(
            TargetException.Kind.REFUSED, "the target takes any password of " + target.user());
      }
      if (!isTaken(whoAmI(api.as(target.user(), password)))) {
        throw RabbitMqSession.notTaken();
      }
    } finally {
      Arrays.fill(wrong, '\0');
    }
  }

  static Answer whoAmI(RabbitMqApi api) throws TargetException {
    return api.get("the login", "whoami");
  }

  /**
   * Whether {@code answer} of {@link #whoAmI} says that the password is right.
   *
   * @throws TargetException when it says neither that it is nor that it is not
   */
  static boolean isTaken(Answer answer) throws TargetException {
    if (answer.isUnauthorized()) {
      return TAKEN.equals(answer.reason());
    }
    if (!answer.isDone() || !(answer.object().getValue("name") instanceof String)) {
      throw RabbitMqApi.notOne();
    }
    return true;
  }
}
