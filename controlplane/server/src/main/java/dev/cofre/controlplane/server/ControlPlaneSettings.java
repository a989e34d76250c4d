package dev.cofre.controlplane.server;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.server.alert.AlertSettings;
import dev.cofre.controlplane.server.sink.SinkSettings;
import dev.cofre.controlplane.server.store.StoreLocation;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import dev.cofre.engine.seal.AuditSealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The control plane's settings. Immutable.
 *
 * @param node this node's name, for the audit log
 * @param auditDirectory where the audit log is
 * @param audit how it is kept
 * @param auditSealPeriod after how long its events are under a signed head
 * @param archive where the archive is, and where its events go on to
 * @param alerts the rules of alerts, and where alerts go
 * @param snapshotPublicKeyFile where the public verification key is written
 * @param snapshotValidity how long a statement may be followed
 * @param nodeNames names in the client certificates of nodes
 * @param bootstrapDirectory where the first principals' tokens are left
 * @param bootstrapDemo whether the demonstration key is made
 * @param schedulerPeriod after how long a job that has ended runs again
 * @param rotationByUseAge younger versions are not replaced for how much they have encrypted
 * @param clockOffset how far this plane's clock is moved, in development
 * @param drainMs how long open requests are waited for at the stop
 * @param vault where the vault makes credentials
 */
record ControlPlaneSettings(
    ListenerSettings listener,
    StoreLocation store,
    String node,
    Path auditDirectory,
    AuditLogConfig audit,
    Duration auditSealPeriod,
    ArchiveSettings archive,
    AlertSettings alerts,
    Path snapshotPublicKeyFile,
    Duration snapshotValidity,
    Set<String> nodeNames,
    Optional<Path> bootstrapDirectory,
    boolean bootstrapDemo,
    Duration schedulerPeriod,
    Duration rotationByUseAge,
    Duration clockOffset,
    long drainMs,
    VaultSettings vault) {

  private static final Setting STORE_URL =
      Setting.required(
          "store.url",
          TEXT,
          "where the state is: jdbc:h2:file:PATH or jdbc:postgresql://HOST/NAME");
  private static final Setting STORE_USER =
      Setting.withDefault("store.user", TEXT, "cofre", "the database user");
  private static final Setting STORE_PASSWORD_FILE =
      Setting.optional("store.passwordFile", PATH, "the file with the database user's password");
  private static final Setting AUDIT_DIRECTORY =
      Setting.required("audit.directory", PATH, "folder of the audit log, this plane's alone");
  private static final Setting AUDIT_SYNC =
      Setting.withDefault(
          "audit.sync",
          FLAG,
          "false",
          "whether each record is forced to the disk, to survive a power cut");
  private static final Setting AUDIT_BYTES_MAX =
      Setting.withDefault(
          "audit.bytesMax",
          NUMBER,
          "10737418240",
          "length of all its files at which the audit log is full and requests are refused");
  private static final Setting AUDIT_SEGMENT_BYTES =
      Setting.withDefault(
          "audit.segmentBytes", NUMBER, "16777216", "length of one file of the audit log");
  private static final Setting AUDIT_SEAL_MS =
      Setting.withDefault(
          "audit.sealMs",
          NUMBER,
          "1000",
          "after how long events are under a head that the HSM signed, in milliseconds");
  private static final Setting AUDIT_ARCHIVED_BYTES_MAX =
      Setting.withDefault(
          "audit.archivedBytesMax",
          NUMBER,
          "1073741824",
          "length of the audit log's files from which on archived ones are deleted, at most half of audit.bytesMax");
  private static final Setting AUDIT_ARCHIVE_DIRECTORY =
      Setting.optional(
          "audit.archiveDirectory",
          PATH,
          "folder of the archive of all nodes' audit logs; without it, the name of audit.directory with -archive behind it");
  private static final Setting AUDIT_RETENTION_DAYS_MIN =
      Setting.withDefault(
          "audit.retentionDaysMin",
          NUMBER,
          "365",
          "how few days archived events may be kept for, whatever is set by the API, 1 to 36500");
  private static final Setting AUDIT_RETENTION_PERIOD_MS =
      Setting.withDefault(
          "audit.retentionPeriodMs",
          NUMBER,
          "3600000",
          "after how long it is looked again for archived events to be removed, in milliseconds");
  private static final Setting SINKS_DIRECTORY =
      Setting.optional(
          "sinks.directory",
          PATH,
          "folder with a file NAME.conf for each sink that gets the archive's events; none without it");
  private static final Setting ALERTS_DIRECTORY =
      Setting.optional(
          "alerts.directory",
          PATH,
          "folder with the channels of alerts (NAME.conf) and own rules (*.yaml); no alerts without it");
  private static final Setting NODE_NAME =
      Setting.required("node.name", TEXT, "this node's name in the audit log");
  private static final Setting PUBLIC_KEY_FILE =
      Setting.required(
          "snapshot.publicKeyFile",
          PATH,
          "where the snapshots' verification key is written at start (PEM), for nodes to pin");
  private static final Setting VALIDITY_MS =
      Setting.withDefault(
          "snapshot.validityMs",
          NUMBER,
          "300000",
          "how long a snapshot statement may be followed, in milliseconds");
  private static final Setting NODES_NAMES =
      Setting.optional(
          "nodes.names",
          TEXT,
          "common names or DNS names in client certificates that are data plane nodes, with commas");
  private static final Setting BOOTSTRAP_DIRECTORY =
      Setting.optional(
          "bootstrap.directory",
          PATH,
          "where the first start leaves the token files of the first principals (mode 0600)");
  private static final Setting BOOTSTRAP_DEMO =
      Setting.withDefault(
          "bootstrap.demo",
          FLAG,
          "false",
          "whether to make the key demo with a grant for the workload app, and lost token files");
  private static final Setting SCHEDULER_PERIOD_MS =
      Setting.withDefault(
          "scheduler.periodMs",
          NUMBER,
          "10000",
          "after how long a job that has ended runs again (rotation, expiry, destruction, notices), in milliseconds");
  private static final Setting ROTATION_BY_USE_AGE_MS =
      Setting.withDefault(
          "scheduler.rotationByUseAgeMs",
          NUMBER,
          "3600000",
          "younger versions of keys are not replaced for how much they have encrypted, in milliseconds");
  private static final Setting CLOCK_OFFSET_MS =
      Setting.withDefault(
          "dev.clockOffsetMs",
          NUMBER,
          "0",
          "moves this plane's clock ahead, to try what happens at the end of a time; with dev.plaintext = true only, in milliseconds");
  private static final Setting DRAIN_MS =
      Setting.withDefault(
          "drainMs",
          NUMBER,
          "10000",
          "how long open requests are waited for at the stop, in milliseconds");

  static final List<Setting> ALL = all();

  private static List<Setting> all() {
    List<Setting> all = new ArrayList<>(ListenerSettings.ALL);
    all.addAll(HsmSettings.ALL);
    all.addAll(
        List.of(
            STORE_URL,
            STORE_USER,
            STORE_PASSWORD_FILE,
            AUDIT_DIRECTORY,
            AUDIT_SYNC,
            AUDIT_BYTES_MAX,
            AUDIT_SEGMENT_BYTES,
            AUDIT_SEAL_MS,
            AUDIT_ARCHIVED_BYTES_MAX,
            AUDIT_ARCHIVE_DIRECTORY,
            AUDIT_RETENTION_DAYS_MIN,
            AUDIT_RETENTION_PERIOD_MS,
            SINKS_DIRECTORY,
            ALERTS_DIRECTORY,
            NODE_NAME,
            PUBLIC_KEY_FILE,
            VALIDITY_MS,
            NODES_NAMES,
            BOOTSTRAP_DIRECTORY,
            BOOTSTRAP_DEMO,
            SCHEDULER_PERIOD_MS,
            ROTATION_BY_USE_AGE_MS,
            CLOCK_OFFSET_MS,
            DRAIN_MS));
    all.addAll(VaultSettings.ALL);
    return List.copyOf(all);
  }

  /**
   * Reads and checks them.
   *
   * @throws ConfigException naming what is wrong
   */
  static ControlPlaneSettings read(Configuration configuration) {
    ListenerSettings listener = ListenerSettings.read(configuration);
    Set<String> nodeNames =
        Arrays.stream(configuration.find(NODES_NAMES).orElse("").split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    boolean mutualTls = listener.tls().flatMap(ListenerSettings.Tls::clientCa).isPresent();
    if (!nodeNames.isEmpty() && !mutualTls) {
      throw new ConfigException("nodes.names needs tls.clientCa: nodes come with certificates");
    }
    return new ControlPlaneSettings(
        listener,
        new StoreLocation(
            configuration.text(STORE_URL), configuration.text(STORE_USER), password(configuration)),
        configuration.text(NODE_NAME),
        configuration.path(AUDIT_DIRECTORY),
        audit(configuration),
        sealPeriod(configuration),
        archive(configuration),
        configuration.findPath(ALERTS_DIRECTORY).map(AlertSettings::read).orElse(AlertSettings.OFF),
        configuration.path(PUBLIC_KEY_FILE),
        Duration.ofMillis(configuration.number(VALIDITY_MS)),
        nodeNames,
        configuration.findPath(BOOTSTRAP_DIRECTORY),
        configuration.flag(BOOTSTRAP_DEMO),
        Duration.ofMillis(Math.max(1, configuration.number(SCHEDULER_PERIOD_MS))),
        Duration.ofMillis(Math.max(0, configuration.number(ROTATION_BY_USE_AGE_MS))),
        clockOffset(configuration, listener),
        configuration.number(DRAIN_MS),
        VaultSettings.read(configuration));
  }

  private static Duration clockOffset(Configuration configuration, ListenerSettings listener) {
    Duration offset = Duration.ofMillis(configuration.number(CLOCK_OFFSET_MS));
    if (!offset.isZero() && listener.tls().isPresent()) {
      throw new ConfigException(
          CLOCK_OFFSET_MS.key() + " is for development (dev.plaintext = true): leave it away");
    }
    return offset;
  }

  private static AuditLogConfig audit(Configuration configuration) {
    try {
      return new AuditLogConfig(
          configuration.flag(AUDIT_SYNC),
          configuration.number(AUDIT_BYTES_MAX),
          configuration.number(AUDIT_SEGMENT_BYTES),
          configuration.text(NODE_NAME));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private static ArchiveSettings archive(Configuration configuration) {
    Path log = configuration.path(AUDIT_DIRECTORY).toAbsolutePath();
    return new ArchiveSettings(
        configuration
            .findPath(AUDIT_ARCHIVE_DIRECTORY)
            .orElse(log.resolveSibling(log.getFileName() + "-archive")),
        configuration.number(AUDIT_ARCHIVED_BYTES_MAX),
        configuration.findPath(SINKS_DIRECTORY).map(SinkSettings::readAll).orElse(List.of()),
        daysMin(configuration),
        Duration.ofMillis(Math.max(1, configuration.number(AUDIT_RETENTION_PERIOD_MS))));
  }

  private static int daysMin(Configuration configuration) {
    long days = configuration.number(AUDIT_RETENTION_DAYS_MIN);
    if (days < 1 || days > AuditRetention.DAYS_MAX) {
      throw new ConfigException(
          AUDIT_RETENTION_DAYS_MIN.key() + " must be from 1 to " + AuditRetention.DAYS_MAX);
    }
    return (int) days;
  }

  private static Duration sealPeriod(Configuration configuration) {
    long ms = configuration.number(AUDIT_SEAL_MS);
    if (ms < AuditSealer.PERIOD_MS_MIN || ms > AuditSealer.PERIOD_MS_MAX) {
      throw new ConfigException(AuditSealer.PERIOD_RULE);
    }
    return Duration.ofMillis(ms);
  }

  private static String password(Configuration configuration) {
    return configuration
        .findPath(STORE_PASSWORD_FILE)
        .map(
            file -> {
              try {
                return Files.readString(file).strip();
              } catch (IOException e) {
                throw new ConfigException(
                    "store.passwordFile: the file " + file + " cannot be read");
              }
            })
        .orElse("");
  }
}
