package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.server.dynamic.RabbitMqApi.Answer;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections of a RabbitMQ's users, by the list that it keeps of them at the moment, on all of its
 * nodes. Not thread-safe.
 *
 * <p>One that takes its time is waited for a little, and all of them together no longer than two:
 * so whoever has many does not hold up the removal of others. A client that does not answer that
 * its connection has ended is taken off the list, and cut off by the broker some time later.
 */
final class RabbitMqConnections {
  private static final String LOOK = "the look at a user's connections";
  private static final String END = "the end of a user's connections";
  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(4);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private long waitLeftNs = 2 * WAIT_NS;

  /** Whether the broker tells of connections by user, which it does since 3.10.8. */
  static boolean areTold(RabbitMqApi api, String user) throws TargetException {
    Answer answer = list(api, user);
    return answer.isDone() && answer.list() != null;
  }

  /**
   * Ends those of {@code users}, who are removed already.
   *
   * @return of whom there is none any more
   */
  Set<String> end(RabbitMqApi api, Collection<String> users) throws TargetException {
    Set<String> left = new LinkedHashSet<>(users);
    Set<String> gone = new HashSet<>();
    long beganNs = System.nanoTime();
    long waitNs = Math.min(WAIT_NS, waitLeftNs);
    while (true) {
      for (String user : Set.copyOf(left)) {
        if (isGone(api, user)) {
          left.remove(user);
          gone.add(user);
        }
      }
      long waitedNs = System.nanoTime() - beganNs;
      if (left.isEmpty() || waitedNs > waitNs) {
        waitLeftNs = Math.max(0, waitLeftNs - waitedNs);
        return gone;
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Whether it has none; else they are told to end. */
  private static boolean isGone(RabbitMqApi api, String user) throws TargetException {
    Answer answer = list(api, user);
    if (!answer.isDone()) {
      throw RabbitMqUsers.refusal(LOOK, answer);
    }
    if (answer.list().isEmpty()) {
      return true;
    }
    Answer ended;
    try {
      ended = api.delete(END, "connections", "username", user);
    } catch (TargetException e) {
      // The broker stumbles (500) over one that ends by itself meanwhile: the next look tells.
      if (e.kind() == TargetException.Kind.AWAY) {
        return false;
      }
      throw e;
    }
    if (!ended.isDone()) {
      throw RabbitMqUsers.refusal(END, ended);
    }
    return false;
  }

  private static Answer list(RabbitMqApi api, String user) throws TargetException {
    return api.get(LOOK, "connections", "username", user);
  }
}
