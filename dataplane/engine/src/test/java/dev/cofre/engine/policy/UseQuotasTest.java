package dev.cofre.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UseQuotasTest {
  private static final long NOW_MS = 1_800_000_000_000L;
  private static final long DAY_MS = 86_400_000;
  private static final PolicyEvaluator.Subject APP = new Who("app", "default");
  private static final PolicyEvaluator.Subject OTHER = new Who("other", "default");

  private final UseQuotas quotas = new UseQuotas();

  private record Who(String id, String tenant) implements PolicyEvaluator.Subject {
    @Override
    public Set<String> roles() {
      return Set.of("workload");
    }
  }

  private UseQuotas.Quota of(PolicyEvaluator.Subject who, QuotaLimit... limits) {
    return quotas.of(
        who,
        id -> {
          for (QuotaLimit limit : limits) {
            if (limit.id().equals(id)) {
              return limit;
            }
          }
          return null;
        });
  }

  @Test
  void whoHasNoneIsNotCounted() {
    assertNull(of(APP));
    assertNull(of(APP, new QuotaLimit("default/other", 1, 1), new QuotaLimit("else/", 1, 1)));
  }

  @Test
  void secondAndDayAreCounted() {
    UseQuotas.Quota quota = of(APP, new QuotaLimit("default/app", 10, 15));
    assertEquals(0, quota.take(10, NOW_MS));
    assertEquals(1_000, quota.take(1, NOW_MS + 999));
    assertEquals(0, quota.take(5, NOW_MS + 1_000), "what the second refused costs no day");
    assertEquals(DAY_MS - NOW_MS % DAY_MS - 2_000, quota.take(1, NOW_MS + 2_000));
    assertEquals(0, quota.take(10, NOW_MS + DAY_MS));
  }

  @Test
  void aTenantsQuotaIsForAllOfIt() {
    QuotaLimit tenant = new QuotaLimit("default/", 0, 10);
    UseQuotas.Quota app = of(APP, tenant, new QuotaLimit("default/app", 0, 8));
    UseQuotas.Quota other = of(OTHER, tenant);
    assertEquals(0, app.take(8, NOW_MS));
    assertTrue(app.take(1, NOW_MS) > 0, "its own");
    assertTrue(other.take(3, NOW_MS) > 0, "the tenant's");
    assertEquals(0, other.take(2, NOW_MS));
  }

  @Test
  void whatTheTenantRefusesCostsThePrincipalNothing() {
    QuotaLimit tenant = new QuotaLimit("default/", 0, 5);
    UseQuotas.Quota app = of(APP, tenant, new QuotaLimit("default/app", 6, 6));
    assertTrue(app.take(6, NOW_MS) > 0);
    assertEquals(0, app.take(5, NOW_MS));
    app.giveBack(5, NOW_MS);
    assertEquals(0, app.take(5, NOW_MS));
  }

  @Test
  void aChangedQuotaCountsOnAndEachNodeHasItsShare() {
    assertEquals(0, of(APP, new QuotaLimit("default/app", 0, 10)).take(10, NOW_MS));
    UseQuotas.Quota more = of(APP, new QuotaLimit("default/app", 0, 40));
    assertEquals(0, more.take(10, NOW_MS));
    quotas.sharedBy(2);
    assertTrue(more.take(1, NOW_MS) > 0, "20 of 40 are used here");
    quotas.sharedBy(0);
    assertTrue(more.take(1, NOW_MS) > 0, "nobody said otherwise");
    quotas.sharedBy(1);
    assertEquals(0, more.take(20, NOW_MS));
    quotas.sharedBy(1_000);
    UseQuotas.Quota few = of(OTHER, new QuotaLimit("default/other", 0, 5));
    assertEquals(0, few.take(1, NOW_MS), "at least one");
  }

  @Test
  void takingMakesNoGarbage() {
    UseQuotas.Quota quota =
        of(
            APP,
            new QuotaLimit("default/app", 1 << 20, 1L << 39),
            new QuotaLimit("default/", 1 << 20, 1L << 39));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long refused = 0;
    for (int i = 0; i < 20_000; i++) {
      refused += quota.take(1, NOW_MS + i);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      refused += quota.take(1, NOW_MS + i);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, refused);
    assertTrue(allocated < 10_000, allocated + " bytes for 100,000 uses");
  }
}
