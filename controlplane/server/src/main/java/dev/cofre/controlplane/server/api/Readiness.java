package dev.cofre.controlplane.server.api;

import java.util.List;

/** Whether the plane can do its work. Thread-safe; never blocks. */
public interface Readiness {
  /** What is in the way; empty when nothing is. */
  List<String> obstacles();

  /** What does not work although the plane does; empty when everything works. */
  List<String> degradations();
}
