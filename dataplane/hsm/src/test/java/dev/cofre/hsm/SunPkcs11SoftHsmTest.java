package dev.cofre.hsm;

/** The contract: SoftHSM2 through the back end SUNPKCS11. */
class SunPkcs11SoftHsmTest extends TokenContract {
  @Override
  HsmConfig config() {
    return SoftHsmToken.CONFIG.with(HsmConfig.Backend.SUNPKCS11);
  }

  @Override
  Pin pin() {
    return SoftHsmToken.pin();
  }
}
