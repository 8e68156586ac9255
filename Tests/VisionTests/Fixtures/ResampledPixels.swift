import Foundation

// Images resized and warped.
extension Fixtures {
  static let resized = [
    "bilinear20x17": """
    ADVqAzhtCj5zF0yBK2CVQnitYpfMh7ySsd8b42tNxk6DW4q/mM1ims9LQXaYg7hao9hHXZKmo1KH8CVaCT5zDUJ3FEl+IleMNmug\
    ToSzb6Sila1vvKQovmFbol2SaJnOqK5yq6lbUoKplZ9stbBZb5u5j2WauDluGk6DHlOIJluQNWqfSn+0ZJm+hbpWrJIy0ThBfE50\
    YXitgbTpxXaPyGR5cZbItXCL1mh6kazba4i9VFyRKl+UL2SZOG2iSH2yXpTJea7QnNFMoZgtkSRZWlmOXZKqm9CtqXaJpGF9ibGS\
    oHaFsVGGp3itdoC1SoC1Om+kQHWqSn+0XJDFc6jdjsPlsudihrBFJT1yR3KneK2YtutEcZNzX392ndA0cpZraFOIuCRZmGKXbqPY\
    S4C1UYa7XJHGb6TZh7zEpNGZyLFckoVcIFWKV4zBkqWp0qBCeoiEZ3+LuY02gIh9Wm2ieitgiXZ0kcaSW5DFYpjMb6TZgrfsm9Cf\
    udwx3mVNqUhzOG2icKXarJPD7Tdel3GhhXio2C5VoG6dXI7DJU2Ca5lQteoua6HWdKnegbbclcqir7FoxYE4nU9fdVaLUYa4ir6i\
    oKmMk0R2hohygZFvhz9rjIh3ea+GOW6Uh31r2JVDfLHmhbrvk8jdqd5MxIwu0BlOUkB1OG2iaZ7No9hgjsNLK2COcKU6eq8qKF1/\
    cqdJms8+W5ClqliN/DFmjMFvlst5pcl5vIhBnlJCaC5jQ1aLT4S5grPlvJZ6qIJmRniqjW1Xl2pIR3Keknlpu4defaHHhXuwmFSJ\
    ndIHp9URt78hzzo5gCFWDkN4OG2iZ5zLmcnvzF6OuUuAYZDFoD5zqjBlZIe8qVOI0Ed7nKbbaZbMQ3itreIXuKYiyls04i9MlDZr\
    I1iNToO4frOwr+GDind7eGabeazhZ1uQZU2DeabbenOoh0l+rVGGjHmuZpvQvtQoynUz2BFG3ipfl0p/OW6gZJm5lb+NxNw1XIdz\
    S4CrksffQnehNmOYj6ndXYa7UFKHpxdMoGmPir/Wzl042z9F2SNYiD1zXV6TToOse7BtraRP3XBNdXSMZpuaruN2X5SLVFuQrkp/\
    fWyhUnKnUzhtgoxqreJy3hNI1iFWuTVqS1GGPXKnY5i6kcZBs5kuyTBlgHGlgKeXydI6e5+FZWCVoxVKimWAXpOlJVqJYpdepNk7\
    7yRZpzJnVEd8QGSZUoe8ea3Pp9xYmLFGXUl+bYq/m5Wx5WpVmImiXX2yRDNocIVSf7RdR3yaPnOAP3Re+C1ijTxxHFGGOm+kXZLH\
    hLnbtOlkiL1SIVaLY5jNqYvA9C9kp32yWY7DD0R5YZY4kcY0Wo+kKl+UCD1y
    """,
    "bilinear7x5": """
    EEV6NWqfirF4qUR5x6RVrpphi2idSn+0ea7UtL1DaJ3STnuTY4qEk3CIhLnuvaknJ1yRwPUqi8Aah7w6slWKvpsouDZrdarBS02C\
    Pkd8YHGmlnOoti1iRnqwrdMtcKXadJO6fJRbR3x2
    """,
    "area5x4": """
    IFWKbpuQk3mCmZF8lHiTap/HopZ1fI6Tg4NygX98tZtKZWWLi5SZd2+Fj3Obnz9pfqaCk4KMbm6JXoh3
    """,
    "nearest20x17": """
    ADVqADVqBzxxHFGGHFGGP3SpcKXacKXar+QZ/DFm/DFmV4zBwPUqwPUqN2yhvPEmvPEmT4S58CVa8CVaADVqADVqBzxxHFGGHFGG\
    P3SpcKXacKXar+QZ/DFm/DFmV4zBwPUqwPUqN2yhvPEmvPEmT4S58CVa8CVaH1SJH1SJKV6TQXarQXarZ5zRm9AFm9AF3RJHLWKX\
    LWKXi8D19yxh9yxhcabb+S5j+S5jj8T5M2idM2idH1SJH1SJKV6TQXarQXarZ5zRm9AFm9AF3RJHLWKXLWKXi8D19yxh9yxhcabb\
    +S5j+S5jj8T5M2idM2idPnOoPnOoS4C1ZpvQZpvQj8T5xvswxvswC0B1XpPIXpPIv/QpLmOYLmOYq+AVNmugNmugzwQ5dqvgdqvg\
    PnOoPnOoS4C1ZpvQZpvQj8T5xvswxvswC0B1XpPIXpPIv/QpLmOYLmOYq+AVNmugNmugzwQ5dqvgdqvgXZLHXZLHbaLXi8D1i8D1\
    t+wh8SZb8SZbOW6jj8T5j8T58yhdZZrPZZrP5RpPc6jdc6jdD0R5ue4jue4jXZLHXZLHbaLXi8D1i8D1t+wh8SZb8SZbOW6jj8T5\
    j8T58yhdZZrPZZrP5RpPc6jdc6jdD0R5ue4jue4jfLHmfLHmj8T5sOUasOUa3xRJHFGGHFGGZ5zRwPUqwPUqJ1yRnNEGnNEGH1SJ\
    sOUasOUaT4S5/DFm/DFmm9AFm9AFseYb1Qo/1Qo/BzxxR3yxR3yxlcr/8SZb8SZbW5DF0wg90wg9WY7D7SJX7SJXj8T5P3SpP3Sp\
    m9AFm9AFseYb1Qo/1Qo/BzxxR3yxR3yxlcr/8SZb8SZbW5DF0wg90wg9WY7D7SJX7SJXj8T5P3SpP3Spuu8kuu8k0wg9+i9k+i9k\
    L2SZcqfccqfcw/gtIleMIleMj8T5Cj90Cj90k8j9Kl+UKl+UzwQ5grfsgrfsuu8kuu8k0wg9+i9k+i9kL2SZcqfccqfcw/gtIleM\
    IleMj8T5Cj90Cj90k8j9Kl+UKl+UzwQ5grfsgrfs2Q5D2Q5D9SpfH1SJH1SJV4zBndIHndIH8SZbU4i9U4i9w/gtQXarQXarzQI3\
    Z5zRZ5zRD0R5xfovxfov2Q5D2Q5D9SpfH1SJH1SJV4zBndIHndIH8SZbU4i9U4i9w/gtQXarQXarzQI3Z5zRZ5zRD0R5xfovxfov\
    +C1i+C1iF0yBRHmuRHmuf7TpyP0yyP0yH1SJhLnuhLnu9yxheK3ieK3iBzxxpNkOpNkOT4S5CD1yCD1y+C1i+C1iF0yBRHmuRHmu\
    f7TpyP0yyP0yH1SJhLnuhLnu9yxheK3ieK3iBzxxpNkOpNkOT4S5CD1yCD1y
    """,
    "nearest5x4": """
    KV6TZ5zRLWKXcabbj8T5baLXt+whj8T55RpPD0R5seYbBzxx8SZbWY7Dj8T59SpfV4zBU4i9zQI3D0R5
    """,
    "warped10x8": """
    AAAACyE2Gk+EI1iNO3ClYZa5jr9XqE06R0BdPU8bAAAAJUpuOW6jSX6zZ5zRlMkizkk8g0+Bb6HSwsQ+AAAAT4K2WY7DcabXl8vd\
    p9U0VEF2XJGopqCnv1yKGCQvcKXaf7TVncygyqNGkGRuTIG2o6yBb5hxga9LRmA7kcarp8psy2g8fEhoXXSpjsOwx0t4dYzAz0pM\
    gqwNs8Qd0Ck7QDRlN2mefK7gwMI8NmqChbM2cV5wwrIs2A1C0jJnL2SZb6S7qaSqs0+EhV+Iil9ohXpv3xpPpzdsWGGWZZqPrLZm\
    aZJra5nOU1qPdIq/m0+E
    """,
  ].mapValues { [UInt8](Data(base64Encoded: $0)!) }
}
