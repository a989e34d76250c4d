package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.Pacing;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is archived arrives in a topic of a real broker, whatever is killed. */
@ExtendWith(SystemExtension.class)
class KafkaSinkTest {
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final String TOPIC = "cofre.audit";
  private static final String TOPIC_BY_PASSWORD = "cofre.audit.password";
  private static final String SINK_BY_PASSWORD = "pond";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String NODE = "data-1";

  @Test
  void eventsArriveOverTlsAlthoughABrokerStandsStillAndAPlaneIsKilled(Workspace workspace)
      throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    KafkaBroker kafka = sinkInto(workspace, deployment);
    alsoByPassword(deployment, kafka);
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    encrypt(data, 50);
    awaitSent(deployment, 50);

    signal(kafka.process(), "-STOP");
    try {
      encrypt(data, 50);
      Await.until("the sink is told to fail", LIMIT, () -> health(deployment).contains("lake"));
      // Neither the data plane nor the archive waits for it.
      Await.until("it is archived", LIMIT, () -> archived(deployment) >= 100);
      planes[0].kill();
    } finally {
      signal(kafka.process(), "-CONT");
    }
    planes[0] = deployment.startControlPlane();
    encrypt(data, 10);
    awaitSent(deployment, 110);
    Await.until("the sink is well", LIMIT, () -> !health(deployment).contains("lake"));
    Api control = deployment.controlApi("auditor");
    Await.until("the other is well", LIMIT, () -> lag(control, SINK_BY_PASSWORD) == 0);
    assertEquals(0, planes[1].terminate());
    assertEquals(0, planes[0].terminate());
    assertTopicIsArchive(deployment, kafka, TOPIC);
    assertTopicIsArchive(deployment, kafka, TOPIC_BY_PASSWORD);
  }

  @Test
  @Tag("full")
  void killsUnderLoadLoseNothing(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    KafkaBroker kafka = sinkInto(workspace, deployment);
    Child[] planes = deployment.startBoth();
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(1_000)).over(8).lasting(Duration.ZERO, Duration.ofSeconds(6));
    DataPlaneLoad load = DataPlaneLoad.both(deployment);
    for (int kill = 0; kill < 4; kill++) {
      Thread loaded = Thread.ofPlatform().start(() -> run(load, plan));
      long before = kafka.records(TOPIC).size();
      Await.until("more arrives", LIMIT, () -> kafka.records(TOPIC).size() > before + 500);
      if (kill % 2 == 0) {
        planes[0].kill();
        planes[0] = deployment.startControlPlane();
      } else {
        kafka.process().kill();
        kafka.start();
      }
      loaded.join();
    }
    Api control = deployment.controlApi("auditor");
    Await.until(
        "the node has shipped all",
        LIMIT,
        () -> Figures.of(deployment.dataApi("app")).value("cofre_audit_ship_lag_events") == 0);
    assertEquals(0, planes[1].terminate());
    Await.until("all is sent", LIMIT, () -> lag(control, "lake") == 0);
    assertEquals(0, planes[0].terminate());
    assertTopicIsArchive(deployment, kafka, TOPIC);
  }

  private static void run(DataPlaneLoad load, LoadPlan plan) {
    try {
      load.run("beside the kills", plan);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static KafkaBroker sinkInto(Workspace workspace, Deployment deployment) throws Exception {
    Certificates authority = new Certificates(workspace.resolve("kafka-tls"));
    Certificates.Identity client = authority.identity("cofre");
    KafkaBroker kafka = KafkaBroker.start(workspace, authority);
    kafka.createTopic(TOPIC);
    Path sinks = Files.createDirectory(deployment.folder().resolve("sinks"));
    Files.write(
        sinks.resolve("lake.conf"),
        List.of(
            "kind = kafka",
            "bootstrapServers = 127.0.0.1:" + kafka.tlsPort(),
            "topic = " + TOPIC,
            "ca = " + authority.authorityFile(),
            "certificate = " + client.certificate(),
            "key = " + client.key(),
            "timeoutMs = 2000"));
    deployment.settings(Cofre.CONTROL_PLANE).put("sinks.directory", sinks.toString());
    return kafka;
  }

  /** A second sink into another topic, which logs in in place of showing a certificate. */
  private static void alsoByPassword(Deployment deployment, KafkaBroker kafka) throws Exception {
    kafka.createTopic(TOPIC_BY_PASSWORD);
    Path sinks = Path.of(deployment.settings(Cofre.CONTROL_PLANE).get("sinks.directory"));
    Deployment.writePrivate(sinks.resolve("password"), KafkaBroker.PASSWORD + "\n");
    List<String> lake = Files.readAllLines(sinks.resolve("lake.conf"));
    List<String> pond = new ArrayList<>();
    for (String line : lake) {
      if (line.startsWith("bootstrapServers")) {
        pond.add("bootstrapServers = 127.0.0.1:" + kafka.loginPort());
      } else if (line.startsWith("topic")) {
        pond.add("topic = " + TOPIC_BY_PASSWORD);
      } else if (!line.startsWith("certificate") && !line.startsWith("key")) {
        pond.add(line);
      }
    }
    pond.add("saslUser = " + KafkaBroker.USER);
    pond.add("saslPasswordFile = password");
    Files.write(sinks.resolve(SINK_BY_PASSWORD + ".conf"), pond);
  }

  private static String health(Deployment deployment) throws Exception {
    return deployment
        .controlApi("auditor")
        .get("/health/ready")
        .json()
        .getJsonArray("degraded")
        .encode();
  }

  private static long lag(Api control, String sink) throws Exception {
    return (long)
        Figures.of(control).value("cofre_controlplane_sink_lag_events{sink=\"" + sink + "\"}");
  }

  private static void awaitSent(Deployment deployment, int count) throws Exception {
    Api control = deployment.controlApi("auditor");
    Await.until(
        count + " encryptions are archived and sent",
        LIMIT,
        () -> archived(deployment) >= count && lag(control, "lake") == 0);
  }

  private static int archived(Deployment deployment) throws Exception {
    return deployment
        .controlApi("auditor")
        .get("/v1/audit/events?key=demo&action=encrypt&limit=500")
        .json()
        .getJsonArray("items")
        .size();
  }

  /** The same events, those of a node in one partition, in their order. */
  private static void assertTopicIsArchive(
      Deployment deployment, KafkaBroker kafka, String topicName) throws Exception {
    Map<String, Long> highest = new LinkedHashMap<>();
    Map<String, List<String>> topic = new LinkedHashMap<>();
    Map<String, Integer> partitions = new LinkedHashMap<>();
    int twice = 0;
    for (ConsumerRecord<String, String> one : kafka.records(topicName)) {
      JsonObject event = new JsonObject(one.value());
      String log = event.getString("log");
      long index = event.getLong("index");
      assertEquals(event.getString("node"), one.key());
      assertEquals(one.partition(), partitions.computeIfAbsent(one.key(), k -> one.partition()));
      assertEquals(
          event.getString("id"),
          new String(
              one.headers().lastHeader("id").value(), java.nio.charset.StandardCharsets.UTF_8));
      // As a receiver does that keeps one number for each log.
      if (index > highest.getOrDefault(log, -1L)) {
        highest.put(log, index);
        topic.computeIfAbsent(log, k -> new ArrayList<>()).add(event.getString("requestId"));
      } else {
        twice++;
      }
    }
    System.out.println("in the topic by log: " + highest + ", sent again: " + twice);
    for (String node : List.of(NODE, "control-1")) {
      Path archive = deployment.folder().resolve("control-audit-archive/node-" + node);
      List<String> expected =
          AuditLogReader.events(archive).stream().map(AuditEvent::requestId).toList();
      List<String> got = topic.get("cofre-audit/" + node + "/segment");
      assertTrue(expected.size() >= got.size(), "more than is archived");
      if (node.equals(NODE)) {
        assertEquals(expected, got);
      } else {
        // The control plane's last events may be archived after its sink has ended.
        assertEquals(expected.subList(0, got.size()), got);
      }
    }
  }

  private static void encrypt(Api data, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertEquals("200", data.raw(ENCRYPT, new byte[9]).outcome());
    }
  }

  private static void signal(Child child, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(child.pid())).start();
    assertEquals(0, kill.waitFor());
  }
}
