package dev.cofre.hsm;

/** The contract: SoftHSM2 through the back end FFM. */
class FfmSoftHsmTest extends TokenContract {
  @Override
  HsmConfig config() {
    return SoftHsmToken.CONFIG.with(HsmConfig.Backend.FFM);
  }

  @Override
  Pin pin() {
    return SoftHsmToken.pin();
  }
}
