package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.store.AuditShippingTable.Shipping;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/** Runs investigations over one archive, a few at a time. Thread-safe; blocks. */
public final class Tracer {
  /** Each takes a thread and some tens of megabytes, for its whole time. */
  private static final int AT_ONCE_MAX = 2;

  private final Store store;
  private final Archive archive;
  private final NodeRegistry nodes;
  private final Semaphore running = new Semaphore(AT_ONCE_MAX);

  /** Over {@code archive}, whose logs are those of the nodes that {@code store} knows. */
  public Tracer(Store store, Archive archive, NodeRegistry nodes) {
    this.store = store;
    this.archive = archive;
    this.nodes = nodes;
  }

  /**
   * Finds what is asked.
   *
   * @param stop is asked now and then, and ends it; what was not looked at then is told
   * @throws ProblemException {@code overloaded} when as many run as may
   */
  public Findings find(Asked asked, BooleanSupplier stop) {
    if (!running.tryAcquire()) {
      throw new ProblemException(
          ErrorCode.OVERLOADED, "as many investigations run as may; try again later");
    }
    try {
      return new Investigation(archive, asked, stop).run(this::logs);
    } catch (IOException e) {
      throw new UncheckedIOException("the archive cannot be read", e);
    } finally {
      running.release();
    }
  }

  private List<LogState> logs() {
    List<Shipping> shipped = store.read(tx -> tx.auditShipping().all());
    List<String> expected =
        nodes.nodes().stream()
            .map(node -> SealFiles.origin(node.last().name(), AuditSegments.EVENTS))
            .toList();
    return LogState.all(archive, shipped, expected);
  }
}
