package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * Looks after a connection's times: deadlines each {@value #BUSY_MS} ms while there are calls, the
 * hello, and whether the node is still there. Not thread-safe; used on the event loop.
 */
final class Watch {
  private static final long BUSY_MS = 10;
  private static final long IDLE_MS = 1_000;
  private static final long REFRESH_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long PING_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long PONG_NS = TimeUnit.SECONDS.toNanos(5);

  /** So long after a request was given up its answer must have come. */
  private static final long DEAF_NS = TimeUnit.SECONDS.toNanos(2);

  private static final int PING_CORRELATION = -2;

  private final FrameConnection connection;
  private final EventLoop loop;
  private final FrameLimits limits;
  private final Deadlines deadlines;
  private final Runnable sweep = this::sweep;
  private long startedNs = System.nanoTime();
  private long heardNs = startedNs;
  private long refreshedNs = startedNs;
  private long pingedNs;
  private boolean pinged;
  private boolean hurried;
  private int turn;

  Watch(FrameConnection connection, EventLoop loop, FrameLimits limits, Deadlines deadlines) {
    this.connection = connection;
    this.loop = loop;
    this.limits = limits;
    this.deadlines = deadlines;
  }

  void start() {
    startedNs = System.nanoTime();
    heardNs = startedNs;
    refreshedNs = startedNs;
    schedule();
  }

  void heard() {
    heardNs = System.nanoTime();
  }

  void ponged() {
    pinged = false;
  }

  /** There are calls now: their deadlines want a closer look. */
  void hurry() {
    if (!hurried) {
      hurried = true;
      schedule();
    }
  }

  private void schedule() {
    turn++;
    int mine = turn;
    loop.schedule(
        () -> {
          if (mine == turn) {
            sweep.run();
          }
        },
        hurried ? BUSY_MS : IDLE_MS,
        TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    if (connection.isClosed()) {
      return;
    }
    long nowNs = System.nanoTime();
    deadlines.expire(nowNs);
    check(nowNs);
    if (!connection.isClosed()) {
      hurried = connection.isBusy() || connection.isGreeting();
      schedule();
    }
  }

  private void check(long nowNs) {
    if (connection.isGreeting()) {
      if (nowNs - startedNs > TimeUnit.MILLISECONDS.toNanos(limits.connectTimeoutMs())) {
        connection.lose("hello_late", late("the node did not say hello in time"));
      }
    } else if (connection.open().hasAbandonedSince(nowNs - DEAF_NS)) {
      connection.lose("silent", late("the node answers neither requests nor their cancelling"));
    } else if (pinged && nowNs - pingedNs > PONG_NS) {
      connection.lose("silent", late("the node does not answer pings"));
    } else if (connection.isOpen()) {
      keep(nowNs);
    }
  }

  private void keep(long nowNs) {
    if (!pinged && nowNs - heardNs > PING_NS) {
      pinged = true;
      pingedNs = nowNs;
      connection.write(RequestWriter.of(FrameType.PING).frame(PING_CORRELATION), false);
    }
    if (nowNs - refreshedNs > REFRESH_NS) {
      refreshedNs = nowNs;
      connection.greeting().refresh();
    }
  }

  private static CofreException late(String detail) {
    return new CofreException(Kind.UNREACHABLE, detail);
  }
}
