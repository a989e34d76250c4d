package dev.cofre.hsm;

import dev.cofre.hsm.Lane.Tenant;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The calls that wait for the HSM: bounded, and fair between tenants and, within each, between
 * principals.
 *
 * <p>Whoever has had least is served next (start-time fair queueing with a call as the unit).
 * Requesters of whose latest wraps many were rejected are suspects: all of them together have one
 * call in the HSM at a time and, while others ask, at most one part in {@value #SUSPECT_SHARE} of
 * the time, so that junk waits for others and not others for junk.
 *
 * <p>Concurrency: {@link #admit} and {@link #add} take no lock and are for event loops; {@link
 * #take} is for HSM threads, among which a lock decides who is served next.
 */
final class FairQueue {
  private static final long SUSPECT_SHARE = 10;
  private static final long SUSPICION_NS = 2_000_000_000L;

  /** Others ask as long as one of their calls was served within this time. */
  private static final long OTHERS_NS = 20_000_000L;

  private final GatewayLimits limits;
  private final LongSupplier clockNs;
  private final Map<Requester, Lane> lanes = new ConcurrentHashMap<>();
  private final Map<String, Tenant> tenantsByName = new ConcurrentHashMap<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<HsmCall<?>> inbound = new ConcurrentLinkedQueue<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Tenant> tenants = new PriorityQueue<>();
  private final Tenant suspects = new Tenant();
  private long virtualTime;
  private boolean suspectRuns;

  /** When a call of somebody trusted was served last, and when a suspect's may be served next. */
  private long trustedAtNs;

  private long suspectsFromNs;

  FairQueue(GatewayLimits limits, LongSupplier clockNs) {
    this.limits = limits;
    this.clockNs = clockNs;
    this.trustedAtNs = clockNs.getAsLong() - OTHERS_NS;
    this.suspectsFromNs = trustedAtNs;
  }

  /** A place for one call of {@code requester}, or null when it, its tenant or all are full. */
  Lane admit(Requester requester) {
    if (!raise(pending, limits.queueMax())) {
      return null;
    }
    while (true) {
      Lane lane = lane(requester);
      if (!raise(lane.tenant.pending, limits.tenantMax())) {
        pending.decrementAndGet();
        return null;
      }
      switch (lane.enter(limits.principalMax())) {
        case ENTERED -> {
          return lane;
        }
        case FULL -> {
          lane.tenant.pending.decrementAndGet();
          pending.decrementAndGet();
          return null;
        }
        case RETIRED -> {
          lane.tenant.pending.decrementAndGet();
          lanes.remove(requester, lane);
        }
      }
    }
  }

  private Lane lane(Requester requester) {
    Lane known = lanes.get(requester);
    if (known != null) {
      return known;
    }
    Tenant tenant = tenantsByName.computeIfAbsent(requester.tenant(), absent -> new Tenant());
    return lanes.computeIfAbsent(requester, absent -> new Lane(absent, tenant));
  }

  private static boolean raise(AtomicInteger count, int max) {
    while (true) {
      int now = count.get();
      if (now >= max) {
        return false;
      }
      if (count.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Gives back the place of a call that was settled. */
  void leave(Lane lane) {
    lane.leave();
    lane.tenant.pending.decrementAndGet();
    pending.decrementAndGet();
  }

  /** Queues {@code call}, which was admitted. */
  void add(HsmCall<?> call) {
    waiting.incrementAndGet();
    inbound.add(call);
  }

  /** Calls that wait. */
  int waiting() {
    return waiting.get();
  }

  /** Calls that are admitted and not settled. */
  int pending() {
    return pending.get();
  }

  /**
   * Moves the calls that are due next to {@code batch}, at most {@code max}; a suspect's call comes
   * alone, and true is returned: then {@link #suspectDone} follows it.
   */
  boolean take(int max, List<HsmCall<?>> batch) {
    lock.lock();
    try {
      sortIn();
      long now = clockNs.getAsLong();
      if (maySuspectsAsk(now)) {
        takeFrom(suspects, batch);
        suspectRuns = !batch.isEmpty();
        if (suspectRuns) {
          return true;
        }
      }
      while (batch.size() < max && !tenants.isEmpty()) {
        takeFrom(tenants.peek(), batch);
        trustedAtNs = now;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean maySuspectsAsk(long now) {
    boolean othersAsk = !tenants.isEmpty() || now - trustedAtNs < OTHERS_NS;
    return !suspectRuns && (!othersAsk || now - suspectsFromNs >= 0);
  }

  /** A suspect's call left the HSM, after {@code tookNs}. */
  void suspectDone(long tookNs) {
    lock.lock();
    try {
      suspectRuns = false;
      suspectsFromNs = clockNs.getAsLong() + (SUSPECT_SHARE - 1) * tookNs;
    } finally {
      lock.unlock();
    }
  }

  private void sortIn() {
    HsmCall<?> call = inbound.poll();
    while (call != null) {
      Lane lane = call.lane;
      boolean idle = lane.calls.isEmpty();
      lane.calls.add(call);
      if (idle) {
        lane.due = Math.max(lane.due, virtualTime);
        queue(lane);
      }
      call = inbound.poll();
    }
  }

  private void queue(Lane lane) {
    boolean suspect = lane.isSuspect(clockNs.getAsLong(), SUSPICION_NS);
    Tenant tenant = suspect ? suspects : lane.tenant;
    if (tenant.lanes.isEmpty()) {
      tenant.due = Math.max(tenant.due, virtualTime);
      if (!suspect) {
        tenants.add(tenant);
      }
    }
    tenant.lanes.add(lane);
  }

  /** Takes one call of {@code tenant} that is still waited for, if there is one. */
  private void takeFrom(Tenant tenant, List<HsmCall<?>> batch) {
    while (!tenant.lanes.isEmpty()) {
      HsmCall<?> call = serve(tenant);
      if (!call.isSettled()) {
        batch.add(call);
        return;
      }
    }
  }

  private HsmCall<?> serve(Tenant tenant) {
    tenants.remove(tenant);
    Lane lane = tenant.lanes.poll();
    HsmCall<?> call = lane.calls.poll();
    waiting.decrementAndGet();
    virtualTime = Math.max(virtualTime, tenant.due);
    lane.due = Math.max(lane.due, virtualTime) + 1;
    tenant.due = Math.max(tenant.due, virtualTime) + 1;
    if (tenant != suspects && !tenant.lanes.isEmpty()) {
      tenants.add(tenant);
    }
    if (!lane.calls.isEmpty()) {
      queue(lane);
    }
    return call;
  }

  /** Forgets the lanes that are idle. */
  void sweep() {
    long now = clockNs.getAsLong();
    lanes.values().removeIf(lane -> lane.retire(now, SUSPICION_NS));
  }
}
