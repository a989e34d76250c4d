package dev.cofre.controlplane.server.api;

import java.util.List;

/** Whether the plane can do its work. Thread-safe; never blocks. */
@FunctionalInterface
public interface Readiness {
  /** What is in the way; empty when nothing is. */
  List<String> obstacles();
}
