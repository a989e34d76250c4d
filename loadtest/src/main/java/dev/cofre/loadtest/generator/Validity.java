package dev.cofre.loadtest.generator;

/** Whether a run says something of its target. */
public enum Validity {
  /** The generator did what its schedule said. */
  VALID,

  /** The generator itself was late or had no time left: the figures are partly its own. */
  FELL_BEHIND,

  /** Somebody ended the run before its time: the rest of the schedule was not measured. */
  STOPPED,

  /** Not one request was done: there is nothing to tell percentiles of. */
  NOTHING_DONE;

  /** As it stands in {@code summary.json}. */
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
