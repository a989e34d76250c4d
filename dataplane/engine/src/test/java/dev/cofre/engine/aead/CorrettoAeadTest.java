package dev.cofre.engine.aead;

import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** AWS-LC, where the library that we ship runs. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CorrettoAeadTest extends AeadContract {
  @Override
  AeadBackEnd backEnd() {
    return AeadBackEnd.ACCP;
  }
}
