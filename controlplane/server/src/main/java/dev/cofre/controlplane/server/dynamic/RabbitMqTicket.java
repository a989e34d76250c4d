package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.contract.random.RandomSource;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * A user of a RabbitMQ by which one change of another user is made, and that goes with it. Not
 * thread-safe.
 *
 * <p>Its name says whom it is for. Each one that is taken gets a password of its own, so the one
 * before it does not log in any more, and what is asked by that is refused, however late it
 * arrives.
 */
final class RabbitMqTicket implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RabbitMqTicket.class.getName());
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int CHARACTERS = 20;

  private final RabbitMqUsers users;
  private final String name;

  private RabbitMqTicket(RabbitMqUsers users, String name) {
    this.users = users;
    this.name = name;
  }

  /** Takes the one for {@code user}; {@code users} are seen by the root user. */
  static RabbitMqTicket take(RabbitMqUsers users, String user, RandomSource random)
      throws TargetException {
    String name = nameFor(user);
    char[] password = UserNames.password(random);
    try {
      users.put("the preparation of a change", name, password, List.of(RabbitMqUser.ADMINISTRATOR));
      return new RabbitMqTicket(new RabbitMqUsers(users.api().as(name, password), random), name);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** Of the form of credentials, which no person's user has. */
  static String nameFor(String user) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(user.getBytes(UTF_8));
      StringBuilder name = new StringBuilder("cofre_change_");
      for (int i = 0; i < CHARACTERS; i++) {
        name.append(BASE32.charAt(digest[i] & 31));
      }
      return name.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Users, as this one sees and changes them while it is the newest. */
  RabbitMqUsers users() {
    return users;
  }

  /** By itself: one that was taken after it stays. What stays lets nobody in, and goes with it. */
  @Override
  public void close() {
    try {
      users.delete("the end of a change", name);
    } catch (TargetException e) {
      LOG.log(
          Level.INFO,
          "the user {0} stays at a target until the next change: {1}",
          name,
          e.getMessage());
    }
  }
}
