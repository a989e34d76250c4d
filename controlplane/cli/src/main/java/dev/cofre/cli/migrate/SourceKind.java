package dev.cofre.cli.migrate;

/** The kinds of files that secrets are imported from, named as on the command line. */
public enum SourceKind {
  /** What {@code vault kv get -format=json} of a KV version 2 engine prints. */
  vault,
  /** Lines of {@code NAME=value}. */
  env,
  /** Manifests with objects of kind Secret. */
  kubernetes,
  /** Names and values, or what {@code cofre secret open} prints. */
  json;

  /**
   * Reads the file {@code file}, whose content is {@code bytes}; what is wrong is noted in {@code
   * into}. No message shows a value.
   */
  public void read(String file, byte[] bytes, Sources into) {
    switch (this) {
      case vault -> VaultOutput.read(file, bytes, into);
      case env -> EnvFile.read(file, bytes, into);
      case kubernetes -> KubernetesManifest.read(file, bytes, into);
      case json -> JsonDump.read(file, bytes, into);
    }
  }
}
