package dev.cofre.controlplane.domain;

/** Where the KEK of a key version lives. */
public enum Protection {
  /** Generated in the HSM; its bytes never leave it. */
  HSM,
  /** Wrapped by a root KEK of the HSM, unwrapped into the data plane's memory for its use. */
  SOFTWARE
}
