package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditLogEntry;
import dev.cofre.contract.audit.AuditLogReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** kill -9 at any moment, then start: no key lost, nothing acknowledged missing from the audit. */
@ExtendWith(SystemExtension.class)
class KillTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String FAST_START =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:cds=off -Xlog:aot=off"
          + " -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=";
  private static final int KILLS = Integer.getInteger("cofre.kills", 200);
  private static final int NODES = Integer.getInteger("cofre.killNodes", 2);
  private static final String SUPERVISOR = "supervisor";
  private static final List<String> VICTIMS =
      List.of(Cofre.DATA_PLANE, Cofre.CONTROL_PLANE, SUPERVISOR);

  @Test
  void eachOnce(Workspace workspace) throws Exception {
    Random random = Seed.of("KillTest");
    Cofre cofre = Cofre.start(workspace, "home");
    Load load = new Load(cofre);
    for (String victim : VICTIMS) {
      killUnderLoad(cofre, load, victim, random);
    }
    killWhileStarting(cofre, random);
    cofre.start();
    load.verify();
    System.out.println("after 4 kills: " + load);
  }

  @Test
  @Tag("full")
  void aHundredTimes(Workspace workspace) throws Exception {
    Random random = Seed.of("KillTest");
    Cofre cofre = Cofre.start(workspace, "home");
    Load load = new Load(cofre);
    for (int i = 0; i < 100; i++) {
      killUnderLoad(cofre, load, VICTIMS.get(random.nextInt(VICTIMS.size())), random);
      if (i % 10 == 9) {
        cofre.stop();
        killWhileStarting(cofre, random);
        cofre.start();
        load.verify();
        System.out.println("after " + (i + 1) + " kills: " + load);
      }
    }
  }

  /** The data plane alone, which is what acknowledges: five kills. */
  @Test
  void theDataPlaneUnderLoad(Workspace workspace) throws Exception {
    killDataPlane(workspace, 5, 1);
  }

  @Test
  @Tag("full")
  void theDataPlaneAgainAndAgain(Workspace workspace) throws Exception {
    killDataPlane(workspace, KILLS, NODES);
  }

  /**
   * The control plane goes on, so that a round is hardly more than a node's start; while one node
   * starts, others are loaded and killed.
   */
  private static void killDataPlane(Workspace workspace, int kills, int nodes) throws Exception {
    Random random = Seed.of("KillTest");
    Deployment deployment = Deployment.create(workspace, "planes");
    Map<String, String> settings = deployment.settings(Cofre.DATA_PLANE);
    // Each start begins a new file, which takes its place on the disk at once.
    settings.put("audit.segmentBytes", "4194304");
    settings.put("rehearsalMs", "0");
    deployment.dataPlaneOptions(FAST_START + workspace.resolve("dataplane.jsa"));
    deployment.startControlPlane();
    // This one leaves the archive of classes that makes the later starts short.
    assertEquals(0, deployment.startDataPlane().terminate());
    AtomicInteger left = new AtomicInteger(kills);
    AtomicInteger done = new AtomicInteger();
    long began = System.nanoTime();
    List<FutureTask<KilledNode>> running = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      Map<String, String> own =
          i == 0 ? settings : deployment.another(Cofre.DATA_PLANE, "data-" + (i + 1), 3 + 2 * i);
      KilledNode node = new KilledNode(deployment, own, new Random(random.nextLong()));
      FutureTask<KilledNode> task =
          new FutureTask<>(
              () -> {
                while (left.getAndDecrement() > 0) {
                  node.killOnce();
                  int now = done.incrementAndGet();
                  if (now % 10 == 0 || now == kills) {
                    System.out.printf(
                        "%d kills, %d ms a kill%n",
                        now, (System.nanoTime() - began) / 1_000_000 / now);
                  }
                }
                node.assertNothingMissing();
                return node;
              });
      running.add(task);
      Thread.ofPlatform().daemon().name("kills-" + i).start(task);
    }
    int acknowledged = 0;
    for (FutureTask<KilledNode> task : running) {
      acknowledged += task.get().acknowledged();
    }
    System.out.printf(
        "%d kills of %d nodes: %d requests acknowledged, all in their logs and in the archive%n",
        kills, nodes, acknowledged);
  }

  /** A home that was never complete is made good by the next start. */
  @Test
  void duringTheVeryFirstStart(Workspace workspace) throws Exception {
    Random random = Seed.of("KillTest");
    Cofre cofre = Cofre.at(workspace, "home");
    killWhileStarting(cofre, random);
    cofre.start();
    assertEquals(200, cofre.data("app").raw("/v1/keys/demo/encrypt", new byte[9]).status());
  }

  private static void killUnderLoad(Cofre cofre, Load load, String victim, Random random)
      throws Exception {
    load.start();
    int before = load.acknowledged();
    int more = 5 + random.nextInt(60);
    Await.until("the load goes on", LIMIT, () -> load.acknowledged() >= before + more);
    List<ProcessHandle> planes =
        List.of(cofre.process(Cofre.DATA_PLANE), cofre.process(Cofre.CONTROL_PLANE));
    if (victim.equals(SUPERVISOR)) {
      cofre.supervisor().kill();
      for (ProcessHandle plane : planes) {
        Await.until("an orphaned plane ends", LIMIT, () -> !plane.isAlive());
      }
      load.stop();
    } else {
      ProcessHandle process = cofre.process(victim);
      process.destroyForcibly();
      Await.until("the plane is dead", LIMIT, () -> !process.isAlive());
      load.stop();
      assertTrue(cofre.supervisor().process().isAlive(), "the supervisor goes on");
      assertEquals(0, cofre.stop());
    }
    cofre.start();
    load.verifyAudit();
  }

  /** Kills the supervisor at some moment of its start; what it has started ends by itself. */
  private static void killWhileStarting(Cofre cofre, Random random) throws Exception {
    if (cofre.supervisor() != null && cofre.supervisor().process().isAlive()) {
      assertEquals(0, cofre.stop());
    }
    Child child = cofre.launch();
    int afterMs = random.nextInt(4_000);
    assertFalse(child.process().waitFor(afterMs, TimeUnit.MILLISECONDS), "it runs");
    // Standing still it starts nothing between the look and the kill.
    Process stop = new ProcessBuilder("kill", "-STOP", Long.toString(child.pid())).start();
    assertEquals(0, stop.waitFor());
    List<ProcessHandle> started = child.process().descendants().toList();
    child.kill();
    for (ProcessHandle orphan : started) {
      Await.until("a process of a killed start ends", LIMIT, () -> !orphan.isAlive());
    }
    System.out.println("killed a start after " + afterMs + " ms; it had " + started.size());
  }

  /** What a kill cut off is stepped over: every record is whole. */
  static void assertWhole(Path audit) throws Exception {
    AuditLogReader reader = AuditLogReader.open(audit);
    for (AuditLogEntry entry = reader.nextCommitted();
        entry != null;
        entry = reader.nextCommitted()) {
      assertFalse(entry.isDamaged(), entry::toString);
    }
  }
}
