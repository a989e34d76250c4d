package dev.cofre.hsm;

/** The contract: KEKs that the back end FFM uses. */
class FfmKeyTransportTest extends KeyTransportContract {
  @Override
  HsmConfig config() {
    return SoftHsmToken.CONFIG.with(HsmConfig.Backend.FFM);
  }
}
