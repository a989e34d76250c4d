package dev.cofre.cli.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What an agent keeps, and how. Immutable.
 *
 * @param folderGroup null for the process's
 * @param allowDisk whether the folder may stand on a disk
 * @param interval between readings of static secrets
 * @param cacheMax how old a static secret may be that is taken over after a restart
 * @param settle how long further changes are waited for before an action
 * @param actionInterval between two runs of one action at least
 * @param keepFiles whether files, cache and leases outlive the agent
 */
public record AgentConfig(
    Path folder,
    String folderMode,
    String folderGroup,
    boolean allowDisk,
    Duration interval,
    Duration cacheMax,
    Duration settle,
    Duration actionInterval,
    boolean keepFiles,
    boolean revokeOnStop,
    List<Source> sources,
    List<KeptFile> files) {
  /** Takes copies. */
  public AgentConfig {
    sources = List.copyOf(sources);
    files = List.copyOf(files);
  }

  /** The source {@code name}. */
  Source source(String name) {
    return sources.stream().filter(source -> source.name().equals(name)).findFirst().orElseThrow();
  }
}
