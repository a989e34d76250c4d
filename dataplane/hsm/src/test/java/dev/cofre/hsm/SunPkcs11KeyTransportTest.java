package dev.cofre.hsm;

/** The contract: KEKs that the back end SUNPKCS11 uses. */
class SunPkcs11KeyTransportTest extends KeyTransportContract {
  @Override
  HsmConfig config() {
    return SoftHsmToken.CONFIG.with(HsmConfig.Backend.SUNPKCS11);
  }
}
