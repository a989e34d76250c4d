package dev.cofre.controlplane.server.alert;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.store.AuditShippingTable.Shipping;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.documents.alert.LogSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Looks at the store for what events do not tell: nodes that do not ship, and logs that are not
 * what they were. Not thread-safe; waits for the store.
 */
public final class LogWatch {
  private static final int NOTICES_MAX = 100;

  private final Store store;
  private final Archive archive;
  private final NodeRegistry nodes;

  /** When a node that never shipped was seen first here, by the store's clock. */
  private final Map<String, Instant> waiting = new HashMap<>();

  /**
   * Since when silence is looked for, by the store's clock: nobody could ship to a control plane
   * that did not run. Null before the first look.
   */
  private Instant begun;

  /** Of {@code archive} among those of {@code store}. */
  public LogWatch(Store store, Archive archive, NodeRegistry nodes) {
    this.store = store;
    this.archive = archive;
    this.nodes = nodes;
  }

  /** A notice of a log, and the signal of it. */
  record Noticed(String cause, Instant createdAt, LogSignal signal) {}

  /**
   * The nodes that do not ship, or late. Only nodes that follow this installation now are looked
   * at: one that was ended in order has left.
   */
  List<LogSignal> silent() {
    Map<String, Shipping> told = shipped();
    if (begun == null) {
      begun = told.values().stream().map(Shipping::now).findAny().orElse(null);
    }
    List<LogSignal> silent = new ArrayList<>();
    Map<String, Instant> still = new HashMap<>();
    nodes
        .nodes()
        .forEach(
            node -> {
              String name = node.last().name();
              Shipping shipping = told.get(SealFiles.origin(name, AuditSegments.EVENTS));
              if (shipping == null) {
                Instant since = waiting.getOrDefault(name, node.now());
                still.put(name, since);
                add(silent, name, since, node.now(), "never shipped its audit log");
              } else if (shipping.archive().equals(archive.id())) {
                switch (shipping.state()) {
                  case "stopped" ->
                      add(
                          silent,
                          name,
                          sinceHere(shipping.contactAt()),
                          shipping.now(),
                          "has stopped shipping its audit log");
                  case "late" ->
                      add(
                          silent,
                          name,
                          sinceHere(shipping.currentAt()),
                          shipping.now(),
                          "ships its audit log late: "
                              + (shipping.sealed() - shipping.archived())
                              + " events are not here");
                  default -> {
                    // All that it has sealed is here.
                  }
                }
              }
            });
    waiting.clear();
    waiting.putAll(still);
    return silent;
  }

  private Instant sinceHere(Instant since) {
    return since.isBefore(begun) ? begun : since;
  }

  private static void add(
      List<LogSignal> silent, String node, Instant since, Instant now, String what) {
    long silentS = Math.max(0, Duration.between(since, now).toSeconds());
    silent.add(
        new LogSignal(
            LogSignal.Kind.SILENCE,
            node,
            Instant.now(),
            silentS,
            "the node " + what + ", for " + silentS + " s"));
  }

  private Map<String, Shipping> shipped() {
    return store.read(tx -> tx.auditShipping().all()).stream()
        .collect(Collectors.toMap(Shipping::origin, Function.identity()));
  }

  /** What was found out about logs of this archive after {@code after}, the oldest first. */
  List<Noticed> noticed(Instant after) {
    List<Notice> notices =
        store.read(
            tx -> tx.notices().after(Notice.Kind.AUDIT_LOG_INCONSISTENT, after, NOTICES_MAX));
    if (notices.isEmpty()) {
      return List.of();
    }
    Map<String, Shipping> told = shipped();
    List<Noticed> found = new ArrayList<>();
    for (Notice notice : notices) {
      String origin = notice.subject().split(":", 2)[0];
      Shipping shipping = told.get(origin);
      boolean elsewhere = shipping != null && !shipping.archive().equals(archive.id());
      found.add(
          new Noticed(
              "notice/" + notice.id(),
              notice.createdAt(),
              elsewhere
                  ? null
                  : new LogSignal(
                      LogSignal.Kind.GAP,
                      ArchiveFeed.node(origin),
                      notice.createdAt(),
                      0,
                      notice.subject())));
    }
    return found;
  }
}
