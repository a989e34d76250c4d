package dev.cofre.hsm;

/** The contract: NSS softokn through the back end SUNPKCS11. */
@NeedsNss
class SunPkcs11NssTest extends TokenContract {
  @Override
  HsmConfig config() {
    return NssToken.config().with(HsmConfig.Backend.SUNPKCS11);
  }

  @Override
  Pin pin() {
    return NssToken.pin();
  }
}
