package dev.cofre.cli;

import dev.cofre.client.CofreException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Reads secrets again and again, each time after the interval, a fifth more or less, so that many
 * commands do not ask at once. What cannot be read stays as it is; that is told when it begins and
 * when it ends, not each time.
 *
 * @param say takes what the user is told
 * @param changed is called when a secret has another version
 */
record SecretWatch(GivenSecrets given, Duration interval, Consumer<String> say, Runnable changed)
    implements Runnable {
  private static final double LEAST = 0.8;
  private static final double MOST = 1.2;

  @Override
  public void run() {
    String told = "";
    try {
      while (true) {
        double factor = ThreadLocalRandom.current().nextDouble(LEAST, MOST);
        Thread.sleep(Duration.ofMillis((long) (interval.toMillis() * factor)));
        String trouble = look();
        if (!trouble.equals(told)) {
          say.accept(
              trouble.isEmpty()
                  ? "the secrets are read again"
                  : "the command goes on with the secrets that it has: " + trouble);
          told = trouble;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once; what is in the way, or nothing. */
  private String look() {
    try {
      GivenSecrets.Renewal renewal = given.renew();
      if (!renewal.changed().isEmpty()) {
        say.accept("new versions of secrets: " + String.join(", ", renewal.changed()));
        changed.run();
      }
      return String.join("; ", renewal.refusals());
    } catch (CofreException e) {
      return e.reason();
    } catch (CliException e) {
      return e.getMessage();
    } catch (RuntimeException e) {
      // The edge of the thread: the command goes on in any case.
      return "a fault of this program: " + e.getClass().getSimpleName();
    }
  }
}
