package dev.cofre.controlplane.server.api;

/** What one route does, on a worker thread. */
@FunctionalInterface
interface Operation {
  /**
   * Does it; the audit record of its success is written within.
   *
   * @throws dev.cofre.contract.problem.ProblemException what the caller is told
   */
  Answer run(Call call);
}
