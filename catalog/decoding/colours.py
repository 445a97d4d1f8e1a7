"""The colours of a picture as screens and shops read them: sRGB, with transparency where it has some."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")


def in_srgb(picture: Image.Image) -> Image.Image:
    """RGB, or RGBA where something is transparent."""
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):
        # Grey in 65,536 steps, which a conversion would cut off at 255: all white.
        picture = picture.point(lambda step: step * (1 / 256)).convert("L")
    if picture.mode not in (wanted, "CMYK"):
        picture = picture.convert(wanted)
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode=wanted
            )
            if converted is not None:
                return converted
        except ImageCms.PyCMSError:
            pass  # a profile nobody can read, or of another kind of picture: the numbers as they stand
    return picture if picture.mode == wanted else picture.convert(wanted)
