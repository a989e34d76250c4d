package dev.cofre.hsm;

/** The contract: NSS softokn through the back end FFM. */
@NeedsNss
class FfmNssTest extends TokenContract {
  @Override
  HsmConfig config() {
    return NssToken.config().with(HsmConfig.Backend.FFM);
  }

  @Override
  Pin pin() {
    return NssToken.pin();
  }
}
