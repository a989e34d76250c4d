package dev.cofre.dataplane.server;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.dataplane.server.follow.ControlLink;
import dev.cofre.dataplane.server.frames.FrameSettings;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import dev.cofre.hsm.GatewayLimits;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The settings of the data plane (docs/OPERATIONS.md). */
public final class DataPlaneSettings {
  static final Setting NODE_NAME =
      Setting.required("node.name", TEXT, "the node's name in the audit log");
  static final Setting EVENT_LOOPS =
      Setting.withDefault(
          "http.eventLoops",
          NUMBER,
          "0",
          "event loops that serve requests; 0: one for each processor");
  static final Setting STREAMS_MAX =
      Setting.withDefault(
          "http.streamsMax",
          NUMBER,
          "256",
          "raw bodies longer than one segment that are open at once");
  static final Setting PUBLIC_KEY_FILE =
      Setting.required(
          "snapshot.publicKeyFile",
          PATH,
          "PEM file with the pinned public key that signs snapshots");
  static final Setting MAX_AGE_MS =
      Setting.withDefault(
          "snapshot.maxAgeMs",
          NUMBER,
          "300000",
          "how old the snapshot may be before everything is refused");
  static final Setting STATE_DIRECTORY =
      Setting.required(
          "state.directory",
          PATH,
          "folder for the highest snapshot revision seen (protection against rollback)");
  static final Setting AUDIT_DIRECTORY =
      Setting.required("audit.directory", PATH, "folder of the audit log, this plane's alone");
  static final Setting AUDIT_SYNC =
      Setting.withDefault(
          "audit.sync",
          FLAG,
          "false",
          "force audit events to the disk, in groups, before answering");
  static final Setting AUDIT_BYTES_MAX =
      Setting.withDefault(
          "audit.bytesMax",
          NUMBER,
          "68719476736",
          "length of all its files at which the audit log is full and requests are refused");
  static final Setting AUDIT_SEGMENT_BYTES =
      Setting.withDefault(
          "audit.segmentBytes",
          NUMBER,
          "67108864",
          "length of one file of the audit log; below 4194304, batches with very many contexts are refused");
  static final Setting AUDIT_ARCHIVED_BYTES_MAX =
      Setting.withDefault(
          "audit.archivedBytesMax",
          NUMBER,
          "1073741824",
          "length of the audit log's files from which on archived ones are deleted, at most half of audit.bytesMax");
  static final Setting AUDIT_CONTEXT_INDEX =
      Setting.optional(
          "audit.contextIndex",
          TEXT,
          "names of encryption contexts by whose values auditors find events, with commas, at most 8; absent: by whole contexts alone");
  static final Setting AUDIT_SEAL_MS =
      Setting.withDefault(
          "audit.sealMs",
          NUMBER,
          "1000",
          "after how long events are under a head that the HSM signed, in milliseconds");
  static final Setting HSM_DEADLINE_MS =
      Setting.withDefault("hsm.deadlineMs", NUMBER, "2000", "how long a request waits for the HSM");
  static final Setting HSM_THREADS =
      Setting.withDefault(
          "hsm.threads",
          NUMBER,
          "2",
          "calls that are in the HSM at once, each on a thread and in a session of its own");
  static final Setting HSM_QUEUE_MAX =
      Setting.withDefault(
          "hsm.queueMax",
          NUMBER,
          "4096",
          "calls that wait for the HSM; one tenant may have half of them, one principal a quarter");
  static final Setting REHEARSAL_MS =
      Setting.withDefault(
          "rehearsalMs",
          NUMBER,
          "6000",
          "for how long the node serves requests to itself before it says that it is ready; callers"
              + " are served meanwhile; 0: not at all");
  static final Setting DRAIN_MS =
      Setting.withDefault(
          "drainMs", NUMBER, "10000", "how long open requests may take to finish after SIGTERM");

  static final Setting METRICS_KEYS =
      Setting.withDefault(
          "metrics.keys",
          FLAG,
          "false",
          "whether figures of single data keys, with the ids of their keys, are shown to everybody who may read the metrics");

  /** All of them. */
  public static final List<Setting> ALL =
      Stream.of(
              List.of(NODE_NAME),
              ListenerSettings.ALL,
              List.of(EVENT_LOOPS, STREAMS_MAX),
              FrameSettings.ALL,
              DataKeySettings.ALL,
              List.of(AeadBackEnd.SETTING),
              HsmSettings.ALL,
              ControlLink.SETTINGS,
              List.of(
                  HSM_DEADLINE_MS,
                  HSM_THREADS,
                  HSM_QUEUE_MAX,
                  PUBLIC_KEY_FILE,
                  MAX_AGE_MS,
                  STATE_DIRECTORY,
                  AUDIT_DIRECTORY,
                  AUDIT_SYNC,
                  AUDIT_BYTES_MAX,
                  AUDIT_SEGMENT_BYTES,
                  AUDIT_SEAL_MS,
                  AUDIT_ARCHIVED_BYTES_MAX,
                  AUDIT_CONTEXT_INDEX,
                  REHEARSAL_MS,
                  DRAIN_MS,
                  METRICS_KEYS))
          .flatMap(List::stream)
          .toList();

  private DataPlaneSettings() {}

  /**
   * How much is asked of the HSM at once.
   *
   * @throws ConfigException when that cannot be
   */
  static GatewayLimits hsmLimits(Configuration configuration) {
    try {
      return new GatewayLimits(
          Math.toIntExact(configuration.number(HSM_THREADS)),
          Math.toIntExact(configuration.number(HSM_QUEUE_MAX)),
          Duration.ofMillis(configuration.number(HSM_DEADLINE_MS)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigException(
          "hsm.threads must be 1 to 256, hsm.queueMax 4 to 1000000, hsm.deadlineMs at least 1");
    }
  }
}
