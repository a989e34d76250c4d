package dev.cofre.controlplane.domain;

/** Where the material of KEKs comes from. */
public enum Origin {
  /** It was generated here. */
  GENERATED,
  /** It was made elsewhere, and may be held there still. */
  IMPORTED
}
