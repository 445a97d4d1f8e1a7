"""Product pictures drawn with Pillow: one studio, one drawing function a family, recoloured by option.

picture(spec) -> bytes      JPEG, 1200 × 1200; the same bytes for the same spec
"""

from pim.demo.pictures.studio import SIZE, picture, render

__all__ = ["SIZE", "picture", "render"]
