package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Problems;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one connection whose answers are not there yet, and their ends: done, late or
 * cancelled. Not thread-safe; used on its event loop.
 */
final class WaitingRequests {
  private final FrameLoop loop;
  private final FrameConnection connection;
  private final List<PendingGroup> groups = new ArrayList<>();
  private int requests;

  /** Refusals that wait for the log. */
  private int unwritten;

  private long deadlineNs = Long.MAX_VALUE;

  WaitingRequests(FrameLoop loop, FrameConnection connection) {
    this.loop = loop;
    this.connection = connection;
  }

  /** How many there are. */
  int count() {
    return requests;
  }

  boolean isEmpty() {
    return groups.isEmpty() && unwritten == 0;
  }

  /** How many bytes they hold. */
  long bytes() {
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      bytes += groups.get(i).bytes();
    }
    return bytes;
  }

  void add(PendingGroup group) {
    groups.add(group);
    requests += group.open();
    loop.state().requestOpened();
    group
        .group()
        .future()
        .whenComplete((done, failure) -> loop.executor().execute(() -> completed(group)));
    schedule(group.firstDeadlineNs());
  }

  private void completed(PendingGroup group) {
    group.group().settle();
    groups.remove(group);
    requests -= group.open();
    loop.state().requestClosed();
    ByteBuf out = connection.buffer(256);
    group.write(out, loop.answers());
    loop.answers().count(group.group());
    boolean secret = group.group().dataKey() != null;
    group.group().release();
    connection.send(out, secret);
    connection.account();
  }

  private void schedule(long atNs) {
    if (atNs - deadlineNs >= 0 || atNs == Long.MAX_VALUE) {
      return;
    }
    deadlineNs = atNs;
    connection.after(Math.max(0, atNs - System.nanoTime()), this::expire);
  }

  private void expire() {
    deadlineNs = Long.MAX_VALUE;
    long nowNs = System.nanoTime();
    long next = Long.MAX_VALUE;
    for (PendingGroup group : groups) {
      int[] late = group.expire(nowNs);
      if (late.length > 0) {
        late(group, late);
      }
      next = Math.min(next, group.firstDeadlineNs());
    }
    schedule(next);
  }

  /** Tells {@code late} requests so, once that is on the log. */
  private void late(PendingGroup group, int[] late) {
    unwritten++;
    FrameGroup of = group.group();
    ProblemException problem = PendingGroup.late();
    loop.path()
        .refuse(connection.caller().of(of.correlation), of.action, of.key, problem, late.length)
        .whenComplete(
            (written, failure) -> {
              ProblemException told = failure == null ? problem : Problems.of(failure);
              unwritten--;
              requests -= late.length;
              loop.state().metrics().answers(of.action, told.code().code()).add(late.length);
              ByteBuf out = connection.buffer(256);
              group.writeLate(late, out, told);
              connection.send(out, false);
            });
  }

  /** Answers the request with {@code correlation} as cancelled, if it is here. */
  void cancel(int correlation) {
    ByteBuf out = connection.buffer(64);
    for (PendingGroup group : groups) {
      if (group.cancel(correlation, out)) {
        requests--;
        break;
      }
    }
    connection.send(out, false);
  }
}
