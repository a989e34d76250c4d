package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every database must do with the audit logs that are known. */
interface AuditHeadContract extends StoreFixture {
  /** A node reports a head and ships records at the same time, to any control plane. */
  @Test
  default void ofManyWhoEnterALogAtOnceOneIsTheFirst() throws Exception {
    int callers = 4;
    int rounds = 20;
    CyclicBarrier together = new CyclicBarrier(callers);
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int round = 0; round < rounds; round++) {
        String origin = "log/" + round;
        List<Future<AuditHeadTable.Log>> entered = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
          AuditHeadTable.Log log = new AuditHeadTable.Log(origin, "node-" + caller, "key");
          entered.add(
              threads.submit(
                  () -> {
                    together.await(1, TimeUnit.MINUTES);
                    return store().note(tx -> tx.auditHeads().enter(log));
                  }));
        }
        Set<AuditHeadTable.Log> known = new HashSet<>();
        for (Future<AuditHeadTable.Log> one : entered) {
          known.add(one.get());
        }
        known.add(store().read(tx -> tx.auditHeads().log(origin).orElseThrow()));
        assertEquals(1, known.size(), () -> "several logs of one name: " + known);
      }
    }
  }
}
