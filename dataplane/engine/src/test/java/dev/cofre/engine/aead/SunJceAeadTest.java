package dev.cofre.engine.aead;

/** The JDK's own. */
class SunJceAeadTest extends AeadContract {
  @Override
  AeadBackEnd backEnd() {
    return AeadBackEnd.SUNJCE;
  }
}
