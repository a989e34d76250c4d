package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import java.io.IOException;
import java.util.Arrays;

/**
 * Redis, version 7.0 or later, alone or a master, that keeps its users in an ACL file: a credential
 * is a user with a password. It has no end of its own there, see {@link Session#endsCredentials}.
 */
public final class RedisEngine implements DynamicEngine {
  private static final int REMOVED_AT_ONCE = 50;

  private final RandomSource random;

  /** Takes from {@code random} the names and passwords that are tried and must not be taken. */
  public RedisEngine(RandomSource random) {
    this.random = random;
  }

  @Override
  public EngineKind kind() {
    return EngineKind.REDIS;
  }

  /** One saving of the file for all of them. */
  @Override
  public int removedAtOnce() {
    return REMOVED_AT_ONCE;
  }

  @Override
  public Session open(Target target, char[] password) throws TargetException {
    RedisConnection connection = connect(target);
    try {
      connection.login(target.user(), password);
      return new RedisSession(connection, target, random);
    } catch (RedisException e) {
      connection.close();
      throw RedisSession.failure("the login", e);
    } catch (IOException e) {
      throw RedisSession.away("the login", e);
    }
  }

  /** Another password must be refused first: a user of no password takes any. */
  @Override
  public void rehearse(Target target, char[] password) throws TargetException {
    try (RedisConnection connection = connect(target)) {
      if (!isRefused(connection, target)) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target takes any password of " + target.user() + ", which is a user with nopass");
      }
      connection.login(target.user(), password);
    } catch (RedisException e) {
      throw RedisSession.failure("the login", e);
    } catch (IOException e) {
      throw RedisSession.away("the login", e);
    }
  }

  private boolean isRefused(RedisConnection connection, Target target)
      throws IOException, RedisException {
    char[] wrong = UserNames.password(random);
    try {
      connection.login(target.user(), wrong);
      return false;
    } catch (RedisException e) {
      if (!RedisSession.WRONG_PASSWORD.equals(e.code())) {
        throw e;
      }
      return true;
    } finally {
      Arrays.fill(wrong, '\0');
    }
  }

  private static RedisConnection connect(Target target) throws TargetException {
    try {
      return RedisConnection.open(target);
    } catch (IOException e) {
      throw RedisSession.away("the connection", e);
    }
  }
}
