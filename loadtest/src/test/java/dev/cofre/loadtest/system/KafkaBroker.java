package dev.cofre.loadtest.system;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A broker of Kafka in KRaft mode, a process of its own: TLS with client certificates, or with a
 * password, for the product, plaintext on loopback for the test. Not thread-safe.
 */
final class KafkaBroker {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int PARTITIONS = 3;

  /** Who may log in with a password. */
  static final String USER = "cofre";

  /** Its password, with what JAAS would take for its own. */
  static final String PASSWORD = "quote\" back\\slash; semicolon";

  private final Workspace workspace;
  private final Path folder;
  private final int port = Ports.freeBase();
  private Child broker;

  private KafkaBroker(Workspace workspace) throws Exception {
    this.workspace = workspace;
    this.folder = Files.createDirectory(workspace.resolve("kafka"));
  }

  /** Formats a log folder and starts the broker, which shows a certificate of {@code authority}. */
  static KafkaBroker start(Workspace workspace, Certificates authority) throws Exception {
    KafkaBroker kafka = new KafkaBroker(workspace);
    kafka.configure(authority);
    Child format =
        workspace.start(
            "kafka-format",
            kafka.java(
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "4L6g3nShT-eMCtK--X86sw",
                "-c",
                kafka.properties().toString(),
                "--add-scram",
                "SCRAM-SHA-512=[name=" + USER + ",password=" + PASSWORD + "]"));
    if (format.exitCode(LIMIT) != 0) {
      throw new AssertionError("not formatted: " + format.out() + format.err());
    }
    kafka.start();
    return kafka;
  }

  private Path properties() {
    return folder.resolve("server.properties");
  }

  private void configure(Certificates authority) throws Exception {
    Certificates.Identity identity = authority.identity("broker");
    Path store = folder.resolve("broker.store.pem");
    Files.writeString(
        store, Files.readString(identity.key()) + Files.readString(identity.certificate()));
    Files.write(
        properties(),
        List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@127.0.0.1:" + (port + 2),
            "listeners=PLAINTEXT://127.0.0.1:"
                + port
                + ",SSL://127.0.0.1:"
                + tlsPort()
                + ",LOGIN://127.0.0.1:"
                + loginPort()
                + ",CONTROLLER://127.0.0.1:"
                + (port + 2),
            "advertised.listeners=PLAINTEXT://127.0.0.1:"
                + port
                + ",SSL://127.0.0.1:"
                + tlsPort()
                + ",LOGIN://127.0.0.1:"
                + loginPort(),
            "listener.security.protocol.map="
                + "PLAINTEXT:PLAINTEXT,SSL:SSL,LOGIN:SASL_SSL,CONTROLLER:PLAINTEXT",
            "sasl.enabled.mechanisms=SCRAM-SHA-512",
            "listener.name.login.ssl.client.auth=none",
            "listener.name.login.scram-sha-512.sasl.jaas.config="
                + "org.apache.kafka.common.security.scram.ScramLoginModule required;",
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=PLAINTEXT",
            "ssl.keystore.type=PEM",
            "ssl.keystore.location=" + store,
            "ssl.truststore.type=PEM",
            "ssl.truststore.location=" + authority.authorityFile(),
            "ssl.client.auth=required",
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "num.network.threads=2",
            "num.io.threads=2",
            "log.dirs=" + folder.resolve("log")),
        StandardCharsets.UTF_8);
  }

  private ProcessBuilder java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    return Launcher.program(Map.of(), command);
  }

  /** Starts it, or starts it again, and waits until it answers. */
  void start() throws Exception {
    broker = workspace.start("kafka", java("kafka.Kafka", properties().toString()));
    Await.until(
        "the broker listens",
        LIMIT,
        () -> {
          if (!broker.process().isAlive()) {
            throw new AssertionError("the broker has ended: " + broker.out() + broker.err());
          }
          return listens(port) && listens(tlsPort());
        });
  }

  private static boolean listens(int port) {
    try (Socket probe = new Socket()) {
      probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  /** The process, to be stopped or killed. */
  Child process() {
    return broker;
  }

  /** For clients with a certificate. */
  int tlsPort() {
    return port + 1;
  }

  /** For clients with a password, inside TLS. */
  int loginPort() {
    return port + 3;
  }

  void createTopic(String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
      admin
          .createTopics(Set.of(new NewTopic(topic, PARTITIONS, (short) 1)))
          .all()
          .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** All records of {@code topic}, by partition in their order. */
  List<ConsumerRecord<String, String>> records(String topic) {
    Map<String, Object> properties =
        Map.of("bootstrap.servers", "127.0.0.1:" + port, "enable.auto.commit", false);
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.add(new TopicPartition(topic, i));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long untilNs = System.nanoTime() + LIMIT.toNanos();
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        if (System.nanoTime() - untilNs > 0) {
          throw new AssertionError("the topic cannot be read to its end");
        }
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
    }
    return all;
  }
}
